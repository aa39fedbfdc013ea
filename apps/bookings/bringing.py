"""Whether more people may come on a booking that stands (rule B17). Pure."""

from apps.bookings.models import Booking
from apps.bookings.policy import Policy
from apps.bookings.states import OCCUPYING

SETTLED = (Booking.PaymentOption.ONLINE, Booking.PaymentOption.MEMBERSHIP)


def takes_more(booking: Booking) -> bool:
    """Whether it is of a kind that others can be added to: it has places, nothing was paid for
    them, and nobody has to say yes to others. Its service comes joined."""
    if booking.status not in OCCUPYING or booking.seating_id is None:
        return False
    if booking.paid or booking.payment_option in SETTLED:
        return False
    return booking.status != Booking.Status.CONFIRMED or not booking.service.requires_approval


def has_room_for(booking: Booking, *, more: int) -> bool:
    """Whether so many more stay within the limit that was frozen with it."""
    most = Policy.from_snapshot(booking.policy_snapshot).max_participants
    return booking.party_size + more <= most
