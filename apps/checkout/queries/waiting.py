from enum import StrEnum

from apps.bookings.models import Booking
from apps.checkout.models import Payment


class Stand(StrEnum):
    """How the last payment of a draft stands."""

    NOTHING = "NOTHING"
    UNDER_WAY = "UNDER_WAY"
    UNCLEAR = "UNCLEAR"
    FAILED = "FAILED"


def stand_of(*, booking: Booking) -> Stand:
    """Say how the newest payment of a draft stands; one query."""
    payments = Payment.objects.filter(order__booking=booking).order_by("-pk")
    last = payments.values_list("status", flat=True).first()
    if last is None:
        return Stand.NOTHING
    if last in {Payment.Status.FAILED, Payment.Status.CANCELED}:
        return Stand.FAILED
    return Stand.UNCLEAR if last == Payment.Status.UNCLEAR else Stand.UNDER_WAY
