"""A request to move is over: its time is free, and the booking is where it was, or where whoever
closes it takes it (rule B38); taken back, it is asked again (rule B34)."""

from datetime import datetime

from apps.availability import operations as availability
from apps.availability.models import Session
from apps.bookings.models import Booking, BookingEvent, MoveRequest
from apps.bookings.queries.move_requests import is_answerable

State = MoveRequest.State
ENDED_QUESTION = "ended_question"
"""Which request to move ended with a change, in its line of history."""


def close_move(asked: MoveRequest, *, state: MoveRequest.State, now: datetime) -> None:
    """Write how an open request to move ended, and give back the time that it holds; a class keeps
    its own. The booking is locked; nothing new is used, so that nothing else has to be."""
    if asked.session.kind == Session.Kind.APPOINTMENT:
        availability.release_time(session_id=asked.session_id)
    asked.state, asked.closed_at = state, now
    asked.save(update_fields=["state", "closed_at"])


def end_open_move(booking: Booking, *, now: datetime) -> dict[str, str]:
    """End the request to move of a locked booking that is cancelled, or goes elsewhere; harmless
    where there is none. Return what its line of history says of that."""
    said: dict[str, str] = {}
    rows = MoveRequest.objects.filter(booking=booking, state=State.OPEN)
    for asked in rows.select_related("session"):
        close_move(asked, state=State.ENDED, now=now)
        said[ENDED_QUESTION] = str(asked.pk)
    return said


def reopen_move(booking: Booking, *, ended_by: BookingEvent, now: datetime) -> None:
    """Ask again what a locked booking asked until it was cancelled, where that is taken back and
    the team can still answer. A time that was held is held no more: it is only written down, and
    looked at again with the yes."""
    rows = MoveRequest.objects.filter(
        booking=booking, state=State.ENDED, pk=ended_by.after.get(ENDED_QUESTION, 0)
    )
    for asked in rows.select_related("session"):
        asked.booking = booking
        if not is_answerable(asked, now=now):
            continue
        if asked.session.kind == Session.Kind.APPOINTMENT:
            availability.write_down_again(session_id=asked.session_id)
        asked.state, asked.closed_at = State.OPEN, None
        asked.save(update_fields=["state", "closed_at"])
