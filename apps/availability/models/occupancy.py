"""A resource taken for a span, clean-up time included: the row that cannot exist twice."""

from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Cast

from apps.availability.constraints import PostgresOnlyExclusion
from apps.availability.models.session import Session
from apps.businesses.models import Business
from apps.catalog.models import Resource
from apps.kernel.spans import Span

LONGEST_SESSION = timedelta(days=32)


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
