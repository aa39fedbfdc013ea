"""A course that takes place: its sessions together, booked as a whole (rule B15)."""

from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.businesses.models import Business, Clock, Location
from apps.catalog.models import Service


class CourseRun(models.Model):
    """Written only by apps/availability/operations (rule C1).

    starts_at and ends_at are those of its first and last session that take place, in UTC.
    decided_at: since when the team says that it takes place, however few come (rule B16).
    form_key makes a form that is sent twice open one.
    """

    class State(models.TextChoices):
        OPEN = "OPEN", _("Open")
        CANCELED = "CANCELED", _("Cancelled")

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="course_runs")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="course_runs")
    location = models.ForeignKey(
        Location, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    name = models.CharField(max_length=120, blank=True, help_text=_("Spring, evenings"))
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveIntegerField()
    seats_taken = models.PositiveIntegerField(default=0)
    seats_offered = models.PositiveIntegerField(default=0)
    overridden = models.BooleanField(default=False)
    decided_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)
    form_key = models.CharField(max_length=43, unique=True, null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="course_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="course_not_overbooked",
                condition=Q(overridden=True)
                | Q(capacity__gte=F("seats_taken") + F("seats_offered")),
            ),
            models.CheckConstraint(
                name="a_decided_course_takes_place", condition=Q(decided_at=None) | Q(state="OPEN")
            ),
        ]
        indexes = [models.Index(fields=["business", "ends_at"], name="course_run_by_business_end")]

    def __str__(self) -> str:
        return f"{self.service} {self.name}".strip()

    @property
    def zone(self) -> ZoneInfo:
        """The clock of its place: that of the business where the place has none of its own."""
        return Clock(self.business, self.location).zone

    @property
    def seats_left(self) -> int:
        return max(0, self.capacity - self.seats_taken - self.seats_offered)
