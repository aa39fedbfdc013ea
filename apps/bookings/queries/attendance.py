"""Whether anybody of a booking came, and what its customer may still do then."""

from dataclasses import replace
from datetime import datetime

from django.db.models import Q

from apps.bookings.models import Attendance, Booking, BookingEvent
from apps.bookings.policy import Policy

WORDS = (BookingEvent.Action.NO_SHOW, BookingEvent.Action.CAME)


def is_no_show(*, booking: Booking) -> bool:
    """Whether it is written down of everybody of a booking of one session that they did not come;
    one query."""
    marks = Attendance.objects.filter(booking=booking, session_id=booking.session_id or 0)
    missing = marks.filter(state=Attendance.State.NO_SHOW, seat__lt=booking.party_size)
    return missing.count() == booking.party_size


def was_missed(*, booking: Booking, now: datetime) -> bool:
    """Whether nobody of a booking came, or a fee was charged for that: then it goes to no other
    time, also where the fee was waived, until that is taken back (rule B40). One query once it has
    begun, none before."""
    if booking.cancellation_fee:
        return True
    has_begun = booking.status == Booking.Status.CONFIRMED and booking.starts_at <= now
    return has_begun and is_no_show(booking=booking)


def no_show_is_told(*, booking: Booking) -> bool:
    """Whether its history says that nobody came, and not after that that they did; one query."""
    last = booking.history.filter(action__in=WORDS).order_by("-pk").first()
    return last is not None and last.action == BookingEvent.Action.NO_SHOW


def has_come(*, booking: Booking) -> bool:
    """Whether anybody of a booking was ticked off: of a class, at the session they are booked for;
    one query, none for an appointment, which has no list to tick."""
    if booking.kind == "APPOINTMENT":
        return False
    there = Q() if booking.session_id is None else Q(session_id=booking.session_id)
    here = Attendance.objects.filter(there, booking=booking, state=Attendance.State.HERE)
    return here.exists()


def policy_of_customer(*, booking: Booking, is_known: bool = False) -> Policy:
    """The policy frozen with a booking as it counts for its customer: whoever is signed in
    (is_known) is no guest, and whoever has come cancels and moves nothing themselves (rule
    B43). Queries as ``has_come``."""
    policy = Policy.from_snapshot(booking.policy_snapshot).as_for(is_known=is_known)
    if has_come(booking=booking):
        return replace(policy, cancel_allowed=False, move_allowed=False)
    return policy
