"""A day on which the team works, however few want an appointment (rule B16)."""

from django.db import models

from apps.businesses.models import Business, Location
from apps.catalog.models import Service


class DecidedDay(models.Model):
    """The word of the team for one service at one place on one date of it, given at decided_at
    (UTC); location is None where it happens at none of ours. Written only by
    apps/availability/operations.

    A row of its own, because the people of a day have nothing else in common that would stay when
    they leave: a class has its session, and a course its run.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    location = models.ForeignKey(
        Location, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    on = models.DateField()
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_day_of_a_place_is_decided_once", fields=["service", "location", "on"]
            ),
            models.UniqueConstraint(
                name="a_day_elsewhere_is_decided_once",
                fields=["service", "on"],
                condition=models.Q(location=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.on}"
