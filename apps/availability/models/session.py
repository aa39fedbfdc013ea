"""A concrete occupied period, with places in it (rule C2); a course, whose sessions are booked as a
whole (rule B15); the class that comes again at the same wall time (rule T5); and places kept for
one booking: what an occupancy is for time, a seating is for seats (rule C6)."""

from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.businesses.models import Business, Clock, Location
from apps.catalog.models import Resource, Service


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
    def takes_place(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def seats_left(self) -> int:
        return max(0, self.capacity - self.seats_taken - self.seats_offered)


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
    def takes_place(self) -> bool:
        return self.state == self.State.SCHEDULED

    @property
    def seats_left(self) -> int:
        return max(0, self.capacity - self.seats_taken - self.seats_offered)


def has_lapsed(now: datetime, *, of: str = "") -> Q:
    """Of a hold that ran out and whose seats still count as taken; of is the way there from another
    model, with its two underscores."""
    return Q(**{f"{of}released_at": None, f"{of}expires_at__lte": now})


class Seatings(models.QuerySet["Seating"]):
    """Seats kept for bookings, asked by what counts of them."""

    def held(self, now: datetime) -> Self:
        """Holds that have not run out."""
        return self.filter(released_at=None, expires_at__gt=now)

    def lapsed(self, now: datetime) -> Self:
        """Holds that ran out and whose seats still count as taken."""
        return self.filter(has_lapsed(now))


class Seating(models.Model):
    """Seats of one session or one course run; written only by apps/availability/operations.

    It counts in seats_taken until released_at is set. With expires_at (UTC) it is a hold: once
    that is past, whoever needs a place may release it.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    session = models.ForeignKey(
        Session, null=True, blank=True, on_delete=models.CASCADE, related_name="seatings"
    )
    course_run = models.ForeignKey(
        CourseRun, null=True, blank=True, on_delete=models.CASCADE, related_name="seatings"
    )
    seats = models.PositiveSmallIntegerField()
    expires_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)

    objects = Seatings.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="seating_has_one_target",
                condition=Q(session__isnull=False, course_run__isnull=True)
                | Q(session__isnull=True, course_run__isnull=False),
            ),
            models.CheckConstraint(name="seating_is_for_somebody", condition=Q(seats__gte=1)),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                name="seating_held",
                condition=Q(expires_at__isnull=False, released_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seats} of {self.session or self.course_run}"
