"""A resource taken for a span, clean-up time included: the row that cannot exist twice."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Cast

from apps.availability.constraints import PostgresOnlyExclusion
from apps.availability.models.session import Session
from apps.businesses.models import Business
from apps.catalog.models import Resource


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
