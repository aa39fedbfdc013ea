"""A request to move is over: its time is free, and the booking is where it was, or where whoever
closes it takes it (rule B38)."""

from datetime import datetime

from apps.availability import operations as availability
from apps.availability.models import Session
from apps.bookings.models import Booking, MoveRequest

State = MoveRequest.State


def close_move(asked: MoveRequest, *, state: MoveRequest.State, now: datetime) -> None:
    """Write how an open request to move ended, and give back the time that it holds; a class keeps
    its own. The booking is locked; nothing new is used, so that nothing else has to be."""
    if asked.session.kind == Session.Kind.APPOINTMENT:
        availability.release_time(session_id=asked.session_id)
    asked.state, asked.closed_at = state, now
    asked.save(update_fields=["state", "closed_at"])


def end_open_move(booking: Booking, *, now: datetime) -> None:
    """End the request to move of a locked booking that is cancelled, or goes elsewhere; harmless
    where there is none."""
    rows = MoveRequest.objects.filter(booking=booking, state=State.OPEN)
    for asked in rows.select_related("session"):
        close_move(asked, state=State.ENDED, now=now)
