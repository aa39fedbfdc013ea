"""Whether what somebody books is still what they saw when they began: its time, by the clock of the
place, and the class or the course itself."""

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from apps.availability.models import CourseRun, Session
from apps.availability.queries import zone_of
from apps.bookings.models import Booking


class Change(StrEnum):
    """What became of it meanwhile."""

    NONE = "NONE"
    MOVED = "MOVED"
    CALLED_OFF = "CALLED_OFF"


def reading_of(at: datetime, zone: ZoneInfo) -> str:
    """What the clock of a place reads at an instant, as a booking keeps it: "2026-11-26T10:15"."""
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M}"


def reads_otherwise(booking: Booking) -> bool:
    """Whether the clock of the place does not read any more what the customer of a draft saw: the
    zone there was changed meanwhile. No query."""
    zone = zone_of(service=booking.service, location=booking.location)
    return booking.wall_time != reading_of(booking.starts_at, zone)


def change_since(booking: Booking) -> Change:
    """Read anew what a locked booking of a class or a course is for; one query, none for an
    appointment, whose time is its own."""
    if reads_otherwise(booking):
        return Change.MOVED
    if booking.seating_id is None:
        return Change.NONE
    if booking.course_run_id is not None:
        target: Session | CourseRun = CourseRun.objects.get(pk=booking.course_run_id)
    else:
        target = Session.objects.get(pk=booking.session_id or 0)
    if target.state not in {Session.State.SCHEDULED, CourseRun.State.OPEN}:
        return Change.CALLED_OFF
    seen = (booking.starts_at, booking.ends_at)
    return Change.NONE if (target.starts_at, target.ends_at) == seen else Change.MOVED
