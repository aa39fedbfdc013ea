"""A payment that somebody has begun: it is shown until it is paid, given up, or has run out."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from apps.bookings.models import Booking
from apps.checkout.models import UNDECIDED, GiftCard, Payment, PlanPurchase
from apps.kernel.money import CODE, Money

Subject = Booking | PlanPurchase | GiftCard


@dataclass(frozen=True, slots=True)
class UnderWay:
    """amount is what is paid with it; is_open while one can go on with it on the provider's page.
    told is what came in its place, None where nothing else did: the team has to look."""

    order_id: int
    payment_id: int
    amount: Money
    is_open: bool
    told: Money | None = None


def find_under_way(of: Subject, *, now: datetime) -> UnderWay | None:
    """The newest online payment of something whose end nobody knows yet; one query."""
    names = {Booking: "booking", PlanPurchase: "purchase", GiftCard: "gift_card"}
    pending = Payment.objects.filter(kind=Payment.Kind.ONLINE, status__in=UNDECIDED)
    own = pending.filter(**{f"order__{names[type(of)]}": of})
    found = own.select_related("order").order_by("-pk").first()
    if found is None:
        return None
    in_time = found.expires_at is not None and found.expires_at > now
    return UnderWay(
        order_id=found.order_id,
        payment_id=found.pk,
        amount=Money(found.amount, found.order.currency),
        is_open=in_time and found.status == Payment.Status.PENDING,
        told=told_of(found),
    )


def told_of(payment: Payment) -> Money | None:
    """What the provider told in place of what was asked for."""
    if payment.told_amount is None or not CODE.fullmatch(payment.told_currency):
        return None
    return Money(payment.told_amount, payment.told_currency)


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
