"""Whether anybody of a booking came."""

from apps.bookings.models import Attendance, Booking, BookingEvent

WORDS = (BookingEvent.Action.NO_SHOW, BookingEvent.Action.CAME)


def is_no_show(*, booking: Booking) -> bool:
    """Whether it is written down of everybody of a booking of one session that they did not come;
    one query."""
    marks = Attendance.objects.filter(booking=booking, session_id=booking.session_id or 0)
    missing = marks.filter(state=Attendance.State.NO_SHOW, seat__lt=booking.party_size)
    return missing.count() == booking.party_size


def no_show_is_told(*, booking: Booking) -> bool:
    """Whether its history says that nobody came, and not after that that they did; one query."""
    last = booking.history.filter(action__in=WORDS).order_by("-pk").first()
    return last is not None and last.action == BookingEvent.Action.NO_SHOW
