"""Whether more people may come on a booking that stands (rule B17). It asks no database."""

from django.utils.translation import gettext as _

from apps.bookings.models import Booking
from apps.bookings.policy import Policy
from apps.bookings.queries.asking import is_before_the_team
from apps.bookings.states import OCCUPYING

SETTLED = (Booking.PaymentOption.ONLINE, Booking.PaymentOption.MEMBERSHIP)


def takes_more(booking: Booking) -> bool:
    """Whether it is of a kind that others can be added to: it has places, nothing was paid for
    them, and nobody has to say yes to others. Its service comes joined."""
    if booking.status not in OCCUPYING or booking.seating_id is None:
        return False
    if booking.paid or booking.payment_option in SETTLED:
        return False
    return is_before_the_team(booking) or not booking.service.requires_approval


def has_room_for(booking: Booking, *, more: int) -> bool:
    """Whether so many more stay within the limit that was frozen with it."""
    most = Policy.from_snapshot(booking.policy_snapshot).max_participants
    return booking.party_size + more <= most


def alone_words(booking: Booking) -> str:
    """Why nobody is added to a booking, and what whoever comes along does instead; it is of a class
    that can be booked. Its service comes joined."""
    if booking.paid or booking.payment_option == Booking.PaymentOption.MEMBERSHIP:
        return _("This booking is paid. To bring more people, book again.")
    if takes_more(booking) and not has_room_for(booking, more=1):
        return _("This booking cannot be for more people.")
    return _("To bring more people, book again.")
