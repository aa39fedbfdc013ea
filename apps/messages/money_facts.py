"""What a mail may tell of the money of a booking."""

from typing import Any

from apps.bookings.models import Booking
from apps.bookings.money_words import paid_parts_of
from apps.checkout.providers import takes_online
from apps.checkout.queries.given_back import handed_over_of
from apps.checkout.queries.orders import (
    authorized_by_gift,
    fee_owed_of,
    is_kept,
    released_of,
    settlement_of,
)
from apps.checkout.queries.stranded import let_go_of_booking
from apps.messages.facts import ENDED


def money_facts(booking: Booking) -> dict[str, Any]:
    """The fields of ``BookingFacts`` about money; in a constant number of queries."""
    facts = {**_money_as_it_is(booking), **_fee_facts(booking)}
    if booking.is_cancelled_just_now:
        # Its end is being written at this moment: the mail tells of it as what it will be.
        share = settlement_of(booking=booking, fee=booking.cancellation_fee)
        facts["paid"] = booking.paid - share.back
        facts["returned"] = booking.returned + share.back
        facts["is_kept"] = share.kept > 0 and not share.by_hand
        facts["owed"] = share.owed
    return facts


def _fee_facts(booking: Booking) -> dict[str, Any]:
    """Without a query where there is no fee, else in two."""
    if not booking.cancellation_fee:
        return {}
    owed = fee_owed_of(booking=booking)
    return {
        "fee": booking.cancellation_fee,
        "owed": owed,
        "pays_fee_online": takes_online(owed or booking.cancellation_fee, booking.currency),
    }


def _money_as_it_is(booking: Booking) -> dict[str, Any]:
    released = released_of(booking=booking) if booking.status in ENDED else 0
    return {
        "paid": booking.paid,
        "double_booked": booking.double_booked,
        "payment_status": booking.payment_status,
        "returned": booking.returned,
        "paid_parts": tuple(paid_parts_of(booking)),
        "authorized": booking.authorized,
        "released": released,
        "let_go": let_go_of_booking(booking=booking) if booking.status not in ENDED else 0,
        "by_hand": handed_over_of(booking=booking) if booking.returned else 0,
        "is_kept": booking.status in ENDED and booking.paid > 0 and is_kept(booking=booking),
        "authorized_by_gift": authorized_by_gift(booking=booking)
        if booking.authorized or released
        else 0,
    }
