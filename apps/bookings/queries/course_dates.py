from collections.abc import Sequence
from datetime import datetime

from apps.availability.models import Session
from apps.bookings.models import Booking, BookingEvent


def dates_of(*, booking: Booking) -> tuple[tuple[datetime, datetime], ...]:
    """Return start and end of the sessions a course booking is for: those still to come when it
    was made. Nothing for a class or an appointment; one query for a course."""
    sessions = _sessions_of(booking.course_run_id, booking)
    return tuple((it.starts_at, it.ends_at) for it in sessions if _takes_place(it))


def all_dates_of(*, booking: Booking) -> tuple[tuple[datetime, datetime, bool], ...]:
    """Start and end of every session a course booking is or was for, and whether it is gone, in an
    order that stays: what a calendar was told once can be taken back from it.

    After a move to a shorter run the dates that the longer one had besides are gone. Two queries
    for a course, none for others.
    """
    if booking.course_run_id is None:
        return ()
    dates = [
        (it.starts_at, it.ends_at, not _takes_place(it))
        for it in _sessions_of(booking.course_run_id, booking)
    ]
    for run_id in _former_runs(booking):
        besides = _sessions_of(run_id, booking)[len(dates) :]
        dates += [(it.starts_at, it.ends_at, True) for it in besides]
    return tuple(dates)


def _sessions_of(course_run_id: int | None, booking: Booking) -> Sequence[Session]:
    if course_run_id is None:
        return ()
    sessions = Session.objects.filter(
        course_run_id=course_run_id, starts_at__gt=booking.created_at
    ).only("starts_at", "ends_at", "state")
    return list(sessions.order_by("starts_at", "pk"))


def _takes_place(session: Session) -> bool:
    return session.state == Session.State.SCHEDULED


def _former_runs(booking: Booking) -> list[int]:
    moves = BookingEvent.objects.filter(booking=booking, action=BookingEvent.Action.MOVED)
    befores = moves.order_by("-pk").values_list("before", flat=True)
    return [before["course_run_id"] for before in befores if before.get("course_run_id")]
