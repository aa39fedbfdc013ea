"""A day on which the team works, however few want an appointment (rule B16)."""

from django.db import models

from apps.businesses.models import Business
from apps.catalog.models import Service


class DecidedDay(models.Model):
    """The word of the team for one service on one date of the venue, given at decided_at (UTC);
    written only by apps/availability/operations.

    A row of its own, because the people of a day have nothing else in common that would stay when
    they leave: a class has its session, and a course its run.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    on = models.DateField()
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_day_is_decided_once", fields=["service", "on"])
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.on}"
