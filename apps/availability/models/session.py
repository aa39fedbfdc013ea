"""A concrete occupied period, with places in it (rule C2)."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.availability.models.course_run import CourseRun
from apps.availability.models.series import SessionSeries
from apps.businesses.clocks import Clock
from apps.businesses.models import Business, Location
from apps.catalog.models import Service


class Session(models.Model):
    """Written only by apps/availability/operations (rule C1).

    A HELD session belongs to a draft and counts only while expires_at lies ahead (rule C5). A
    REQUESTED one takes no time yet: several people may ask for the same (rule B9).

    overridden: more places are taken than there are. override_reason: it was scheduled although
    something was there. decided_at: since when the team says that a class takes place, however few
    come (rule B16). The buffers are those of the service at the time it was taken, null for
    blocked time and for what was taken before they were kept.
    """

    class Kind(models.TextChoices):
        APPOINTMENT = "APPOINTMENT", _("Appointment")
        CLASS = "CLASS", _("Class")
        COURSE = "COURSE", _("Course")
        BLOCKED = "BLOCKED", _("Blocked time")
        EXTERNAL = "EXTERNAL", _("Outside calendar")

    class State(models.TextChoices):
        HELD = "HELD", _("Held")
        REQUESTED = "REQUESTED", _("Asked for")
        SCHEDULED = "SCHEDULED", _("Scheduled")
        CANCELED = "CANCELED", _("Cancelled")

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="sessions")
    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions"
    )
    location = models.ForeignKey(
        Location, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    kind = models.CharField(max_length=12, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.SCHEDULED)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    capacity = models.PositiveIntegerField(default=1)
    seats_taken = models.PositiveIntegerField(default=0)
    seats_offered = models.PositiveIntegerField(default=0)
    overridden = models.BooleanField(default=False)
    override_reason = models.CharField(
        max_length=250, blank=True, help_text=_("Why it was scheduled although something was there")
    )
    overridden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        help_text=_("Who scheduled it although something was there"),
    )
    buffer_before_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    buffer_after_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    series = models.ForeignKey(
        SessionSeries, null=True, blank=True, on_delete=models.SET_NULL, related_name="sessions"
    )
    course_run = models.ForeignKey(
        CourseRun, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    canceled_reason = models.CharField(max_length=250, blank=True)
    revision = models.PositiveIntegerField(default=1)
    note = models.CharField(max_length=160, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="session_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="session_not_overbooked",
                condition=Q(overridden=True)
                | Q(capacity__gte=F("seats_taken") + F("seats_offered")),
            ),
            models.CheckConstraint(
                name="held_session_expires",
                condition=~Q(state="HELD") | Q(expires_at__isnull=False),
            ),
            models.CheckConstraint(
                name="course_session_has_a_run",
                condition=~Q(kind="COURSE") | Q(course_run__isnull=False),
            ),
            models.CheckConstraint(
                name="a_decided_class_takes_place",
                condition=Q(decided_at=None) | Q(kind="CLASS", state="SCHEDULED"),
            ),
        ]
        indexes = [
            models.Index(fields=["business", "starts_at"], name="session_by_business_start"),
            # Among a million appointments the week of the classes is a handful of rows.
            models.Index(
                fields=["business", "starts_at"],
                name="session_classes",
                condition=Q(kind="CLASS"),
            ),
            models.Index(
                fields=["expires_at"],
                name="session_held",
                condition=Q(expires_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.starts_at:%Y-%m-%d %H:%M}Z"

    @property
    def zone(self) -> ZoneInfo:
        """The clock of its place: that of the business where the place has none of its own."""
        return Clock(self.business, self.location).zone

    @property
    def seats_left(self) -> int:
        return max(0, self.capacity - self.seats_taken - self.seats_offered)
