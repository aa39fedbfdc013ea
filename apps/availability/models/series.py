"""A class that comes again at the same wall time (rule T5)."""

from django.core.validators import MaxValueValidator
from django.db import models

from apps.businesses.models import Business, Location
from apps.catalog.models import Resource, Service


class SessionSeries(models.Model):
    """The rule as the owner made it; its sessions are rows of their own and may differ from it.

    rrule is RFC 5545 without a start; starts_minute counts after local midnight of first_on.
    form_key makes a form that is sent twice open one.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="series")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="series")
    location = models.ForeignKey(
        Location, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    resources = models.ManyToManyField(Resource, related_name="+")
    rrule = models.CharField(max_length=250)
    first_on = models.DateField()
    starts_minute = models.PositiveSmallIntegerField(validators=[MaxValueValidator(1439)])
    duration_minutes = models.PositiveIntegerField()
    capacity = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    form_key = models.CharField(max_length=43, unique=True, null=True, blank=True)

    class Meta:
        verbose_name_plural = "session series"

    def __str__(self) -> str:
        return f"{self.service} {self.rrule}"
