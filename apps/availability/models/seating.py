"""Places kept for one booking: what an occupancy is for time, this is for seats (rule C6)."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from apps.availability.models.course_run import CourseRun
from apps.availability.models.session import Session
from apps.businesses.models import Business


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
