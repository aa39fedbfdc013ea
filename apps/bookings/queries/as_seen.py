"""Whether a class or a course is still what somebody saw when they began to book it."""

from enum import StrEnum

from apps.availability.models import CourseRun, Session
from apps.bookings.models import Booking


class Change(StrEnum):
    """What became of it meanwhile."""

    NONE = "NONE"
    MOVED = "MOVED"
    CALLED_OFF = "CALLED_OFF"


def change_since(booking: Booking) -> Change:
    """Read anew what a locked booking of a class or a course is for; one query, none for an
    appointment, whose time is its own."""
    if booking.seating_id is None:
        return Change.NONE
    if booking.course_run_id is not None:
        goes_on = CourseRun.objects.filter(pk=booking.course_run_id, state=CourseRun.State.OPEN)
        return Change.NONE if goes_on.exists() else Change.CALLED_OFF
    session = Session.objects.get(pk=booking.session_id or 0)
    if session.state != Session.State.SCHEDULED:
        return Change.CALLED_OFF
    seen = (booking.starts_at, booking.ends_at)
    return Change.NONE if (session.starts_at, session.ends_at) == seen else Change.MOVED
