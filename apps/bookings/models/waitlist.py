"""The line in front of a full class or course, or for a time (rule B19); who has a time and would
take a better one (rule B37); and the times the team offers instead of one it had to decline."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.availability.models import CourseRun, Session
from apps.bookings.models.booking import Booking
from apps.bookings.wishes import DAY_MINUTES
from apps.businesses.models import Business
from apps.catalog.models import Resource


class WaitlistEntry(models.Model):
    """One booking of status WAITING_LIST in its line; the lowest rank is offered first.

    While it is OFFERED, its people count in seats_offered of the session or run until
    offer_ends_at (UTC). passed_at is when an offer of this round ran out or was refused.

    Whoever waits for a time of an appointment has a wish instead of a target: days of the venue,
    both included, and the minutes after midnight between which a visit may begin. What is offered
    is held by the session of their booking; let_pass lists [start, end] (UTC, ISO 8601) of the
    times they were offered in vain.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", _("Waiting")
        OFFERED = "OFFERED", _("Offered")
        ENROLLED = "ENROLLED", _("Enrolled")
        LEFT = "LEFT", _("Left")

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, related_name="waiting")
    session = models.ForeignKey(
        Session, null=True, blank=True, on_delete=models.CASCADE, related_name="waitlist"
    )
    course_run = models.ForeignKey(
        CourseRun, null=True, blank=True, on_delete=models.CASCADE, related_name="waitlist"
    )
    wanted_first_on = models.DateField(null=True, blank=True)
    wanted_last_on = models.DateField(null=True, blank=True)
    wanted_from_minute = models.PositiveSmallIntegerField(default=0)
    wanted_to_minute = models.PositiveSmallIntegerField(default=DAY_MINUTES)
    let_pass = models.JSONField(default=list, blank=True)
    people = models.PositiveSmallIntegerField()
    notice_minutes = models.PositiveIntegerField(default=0)
    rank = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    offers = models.PositiveSmallIntegerField(default=0)
    offer_ends_at = models.DateTimeField(null=True, blank=True)
    passed_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "waitlist entries"
        constraints = [
            models.CheckConstraint(
                name="waits_for_one_target",
                condition=Q(
                    session__isnull=False, course_run__isnull=True, wanted_first_on__isnull=True
                )
                | Q(session__isnull=True, course_run__isnull=False, wanted_first_on__isnull=True)
                | Q(session__isnull=True, course_run__isnull=True, wanted_first_on__isnull=False),
            ),
            models.CheckConstraint(
                name="wish_is_a_span_of_days",
                condition=Q(wanted_first_on__isnull=True, wanted_last_on__isnull=True)
                | Q(wanted_last_on__gte=F("wanted_first_on")),
            ),
            models.CheckConstraint(
                name="wish_is_a_span_of_hours",
                condition=Q(
                    wanted_to_minute__gt=F("wanted_from_minute"), wanted_to_minute__lte=DAY_MINUTES
                ),
            ),
            models.CheckConstraint(
                name="offer_has_an_end",
                condition=~Q(state="OFFERED") | Q(offer_ends_at__isnull=False),
            ),
            models.CheckConstraint(name="waits_for_somebody", condition=Q(people__gte=1)),
        ]
        indexes = [
            models.Index(
                fields=["offer_ends_at"], name="waitlist_offered", condition=Q(state="OFFERED")
            ),
            models.Index(
                fields=["session", "course_run"],
                name="waitlist_waiting",
                condition=Q(state="WAITING"),
            ),
            models.Index(
                fields=["wanted_last_on"],
                name="waitlist_wishes",
                condition=Q(state="WAITING", wanted_last_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booking.reference} {self.state}"


class MoveWish(models.Model):
    """Whoever has a confirmed appointment and would take a better time: one for each booking, asked
    anew in the same row (rule B37).

    The days are the venue's, both included; a visit may begin from wanted_from_minute until before
    wanted_to_minute, in minutes after midnight, and at least notice_minutes after they were told.
    resource is the person wanted, none for whoever is free. While it is OFFERED, offered_starts_at
    to offered_ends_at (UTC) with offered_resource can be taken until offer_ends_at; nobody keeps it
    for them. let_pass lists [start, end] (UTC, ISO 8601) of the times they were offered in vain.
    Written under the lock of its booking.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", _("Waiting")
        OFFERED = "OFFERED", _("Offered")
        SWAPPED = "SWAPPED", _("Swapped")
        ENDED = "ENDED", _("Ended")

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, related_name="move_wish")
    resource = models.ForeignKey(
        Resource, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    wanted_first_on = models.DateField()
    wanted_last_on = models.DateField()
    wanted_from_minute = models.PositiveSmallIntegerField(default=0)
    wanted_to_minute = models.PositiveSmallIntegerField(default=DAY_MINUTES)
    notice_minutes = models.PositiveIntegerField(default=0)
    let_pass = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    offers = models.PositiveSmallIntegerField(default=0)
    offered_starts_at = models.DateTimeField(null=True, blank=True)
    offered_ends_at = models.DateTimeField(null=True, blank=True)
    offered_resource = models.ForeignKey(
        Resource, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    offer_ends_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "move wishes"
        constraints = [
            models.CheckConstraint(
                name="move_wish_is_a_span_of_days",
                condition=Q(wanted_last_on__gte=F("wanted_first_on")),
            ),
            models.CheckConstraint(
                name="move_wish_is_a_span_of_hours",
                condition=Q(
                    wanted_to_minute__gt=F("wanted_from_minute"), wanted_to_minute__lte=DAY_MINUTES
                ),
            ),
            models.CheckConstraint(
                name="better_time_is_whole",
                condition=~Q(state="OFFERED")
                | Q(
                    offer_ends_at__isnull=False,
                    offered_starts_at__isnull=False,
                    offered_ends_at__gt=F("offered_starts_at"),
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["business", "asked_at"],
                name="move_wishes_live",
                condition=Q(state__in=("WAITING", "OFFERED")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booking.reference} {self.state}"


LIVE_WISHES = (MoveWish.State.WAITING, MoveWish.State.OFFERED)


class SuggestedTime(models.Model):
    """A start (UTC) that was free when it was suggested; it is kept for nobody.

    taken_by is the draft by which the customer took it last, and the booking that became of it.
    """

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="suggestions")
    starts_at = models.DateTimeField()
    taken_by = models.ForeignKey(
        Booking, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(name="time_suggested_once", fields=["booking", "starts_at"])
        ]

    def __str__(self) -> str:
        return f"{self.booking} {self.starts_at:%Y-%m-%d %H:%M}Z"
