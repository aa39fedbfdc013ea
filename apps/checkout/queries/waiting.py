from enum import StrEnum

from apps.bookings.models import Booking
from apps.checkout.models import Payment


class PaymentProgress(StrEnum):
    """How the last payment of a draft stands."""

    NOTHING = "NOTHING"
    UNDER_WAY = "UNDER_WAY"
    UNCLEAR = "UNCLEAR"
    FAILED = "FAILED"


def payment_progress_of(*, booking: Booking) -> PaymentProgress:
    """Say how the newest payment of a draft stands; one query."""
    payments = Payment.objects.filter(order__booking=booking).order_by("-pk")
    last = payments.values_list("status", flat=True).first()
    if last is None:
        return PaymentProgress.NOTHING
    if last in {Payment.Status.FAILED, Payment.Status.CANCELED}:
        return PaymentProgress.FAILED
    return PaymentProgress.UNCLEAR if last == Payment.Status.UNCLEAR else PaymentProgress.UNDER_WAY
