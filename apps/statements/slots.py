"""The places of a composed statement that are filled in each time it runs."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Field, Model
from django.db.models.sql.compiler import SQLCompiler


class Slot(Expression):
    """Stands in a queryset where a value of this name will stand in the statement.

    A number, a text, an instant or None fits as it is; anything else a column keeps is written by
    ``insert`` and ``save_columns``, which ask the field.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        """The place itself among the parameters, for ``fill`` to find."""
        return "%s", [self]


def fill(parameters: Iterable[Any], values: Mapping[str, Any]) -> list[Any]:
    """Put the values into the slots, as the database wants them.

    Raises:
        KeyError: a value is missing.
    """
    return [
        _adapt(values[it.name]) if isinstance(it, Slot) else it
        for it in parameters
    ]


def _adapt(value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


def column_values(row: Model, fields: Iterable["Field[Any, Any]"], *, add: bool) -> list[Any]:
    """What ``save`` would hand to the driver for these columns of a row."""
    return [
        None if value is None else field.get_db_prep_save(value, connection)
        for field, value in ((field, field.pre_save(row, add)) for field in fields)
    ]


