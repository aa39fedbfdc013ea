"""A resource taken for a span, clean-up time included: the row that cannot exist twice; and from
the names of broken constraints to the words of the domain (rule C3)."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.apps import apps
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import IntegrityError, models
from django.db.models import F, Func, Q, UniqueConstraint
from django.db.models.functions import Cast

from apps.availability.models.session import Session
from apps.businesses.models import Business
from apps.catalog.models import Resource
from apps.kernel.spans import Span

UNIQUE = "UNIQUE constraint failed: "
LONGEST_SESSION = timedelta(days=32)


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


class Int8Range(Func):
    function = "INT8RANGE"


class TsTzRange(Func):
    function = "TSTZRANGE"


def _resource_occupied_once() -> ExclusionConstraint:
    same = Cast("resource_id", models.BigIntegerField())
    return PostgresOnlyExclusion(
        name="resource_occupied_once",
        expressions=[
            (Int8Range(same, same, models.Value("[]")), "&&"),
            (TsTzRange(F("starts_at"), F("ends_at")), "&&"),
        ],
        condition=Q(enforced=True),
    )


class Occupancies(models.QuerySet["Occupancy"]):
    """Rows of occupied time, asked by what counts of them."""

    def live(self, now: datetime) -> Self:
        """What counts at this moment: an expired hold blocks nobody (rule C5)."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now))

    def held(self, now: datetime) -> Self:
        """Holds that have not run out."""
        return self.filter(expires_at__gt=now)

    def lapsed(self, now: datetime) -> Self:
        """Holds that ran out: the opposite of ``live``."""
        return self.filter(expires_at__lte=now)

    def touching(self, span: Span) -> Self:
        """What shares an instant with a span. No session is longer than LONGEST_SESSION, which
        keeps the index on (resource, ends_at, starts_at) from reading the whole future."""
        return self.filter(
            ends_at__gt=span.start,
            ends_at__lt=span.end + LONGEST_SESSION,
            starts_at__lt=span.end,
        )


class Occupancy(models.Model):
    """Half-open [starts_at, ends_at) in UTC. enforced is false only for an override (rule B22).

    On PostgreSQL the overlap is refused by an exclusion constraint that needs no extension,
    on SQLite by two triggers of the same name (apps/availability/triggers.py).
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="occupancies")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="occupancies")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    enforced = models.BooleanField(default=True)

    objects = Occupancies.as_manager()

    class Meta:
        verbose_name_plural = "occupancies"
        constraints = [
            _resource_occupied_once(),
            models.CheckConstraint(
                name="occupancy_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            ),
        ]
        indexes = [
            models.Index(
                fields=["resource", "ends_at", "starts_at"], name="occupancy_by_resource_end"
            ),
            models.Index(
                fields=["expires_at"],
                name="occupancy_held",
                condition=Q(expires_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.starts_at:%Y-%m-%d %H:%M}Z"
