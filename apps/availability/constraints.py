"""From the names of broken constraints to the words of the domain (rule C3)."""

from typing import Any

from django.apps import apps
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import IntegrityError
from django.db.models import UniqueConstraint

UNIQUE = "UNIQUE constraint failed: "


class PostgresOnlyExclusion(ExclusionConstraint):
    """An exclusion constraint that other databases leave to their triggers."""

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor != "postgresql":
            return None
        return super().constraint_sql(model, schema_editor)

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor != "postgresql":
            return None
        return super().create_sql(model, schema_editor)

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor != "postgresql":
            return None
        return super().remove_sql(model, schema_editor)

    def check(self, model: Any, connection: Any) -> list[Any]:
        if connection.vendor != "postgresql":
            return []
        return list(super().check(model, connection))

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Leave overlaps to the locked look and to the database: a form's answer goes stale."""


def constraint_name(error: IntegrityError) -> str:
    """Return the name of the constraint that the database refused by, or an empty string.

    PostgreSQL names it in the diagnostics; SQLite ends its message with it, both for CHECK
    constraints and for the RAISE of our triggers. Of UNIQUE ones it tells the columns only.
    """
    diagnostics = getattr(error.__cause__, "diag", None)
    if diagnostics is not None:
        return str(diagnostics.constraint_name or "")
    text = str(error)
    if text.startswith(UNIQUE):
        return _unique_name(set(text.removeprefix(UNIQUE).split(", ")))
    return text.rsplit(":", maxsplit=1)[-1].strip()


def _unique_name(columns: set[str]) -> str:
    """Find the named constraint over exactly these "table.column"s, or an empty string."""
    for model in apps.get_models():
        column_of = {
            field.name: f"{model._meta.db_table}.{field.column}" for field in model._meta.fields
        }
        for constraint in model._meta.constraints:
            if isinstance(constraint, UniqueConstraint) and columns == {
                column_of[name] for name in constraint.fields
            }:
                return constraint.name
    return ""
