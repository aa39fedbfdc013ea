"""What a booking keeps until it ends: a time of its own, or seats of a session or a course run."""

from datetime import datetime

from apps.availability import operations as availability
from apps.bookings.announcements import announce_end_of_waiting, announce_free_places
from apps.bookings.models import Booking
from apps.catalog.models import Service

APPOINTMENT = Service.Kind.APPOINTMENT


def release_booking(booking: Booking, *, now: datetime) -> None:
    """Free the time or the seats of a booking, for whoever waits first; harmless when they are free
    already. Its end is written afterwards, so it does not count any more where people are counted.
    """
    if booking.seating_id is not None:
        availability.release_seats(seating_id=booking.seating_id, now=now)
        if target := booking.course_run or booking.session:
            announce_free_places(target, besides=booking, now=now)
    elif booking.session_id is not None and booking.kind == APPOINTMENT:
        availability.release_time(session_id=booking.session_id)
    if booking.status == Booking.Status.WAITING_LIST:
        announce_end_of_waiting(booking, now=now)


def extend(booking: Booking, *, expires_at: datetime, now: datetime) -> bool:
    """Let the hold of a draft last until expires_at (UTC); tell whether it was still alive."""
    if booking.seating_id is not None:
        return availability.extend_seats(
            seating_id=booking.seating_id, expires_at=expires_at, now=now
        )
    if booking.session_id is None:
        return False
    return availability.extend_hold(session_id=booking.session_id, expires_at=expires_at, now=now)
