from collections.abc import Sequence
from datetime import datetime

from apps.bookings.models import Booking
from apps.checkout.announcements import announce_paid_period
from apps.checkout.models import GiftCard, Order, Payment, PlanPurchase
from apps.checkout.operations.coupon_uses import count_late_use
from apps.checkout.operations.gift_money import keep_gift_aside, load_gift_card, take_gift
from apps.checkout.operations.subject import Subject, is_over
from apps.checkout.queries.promotions import booker, buyer_of


def approve(order: Order, subject: Subject, payments: Sequence[Payment], *, now: datetime) -> None:
    """Approve a locked order because its money came, or none is due: what it is for begins, and
    what gift cards held for it is theirs no more. Of a request it is kept aside like money
    on a bank's card, until the team has said yes or no."""
    order.status, order.approved_at = Order.Status.APPROVED, now
    order.save(update_fields=["status", "approved_at"])
    if not is_over(subject):
        _count_code(order, subject)
    waits = isinstance(subject, Booking) and subject.asks_first and not is_over(subject)
    for payment in payments:
        if payment.kind != Payment.Kind.GIFT or payment.status != Payment.Status.PENDING:
            continue
        if waits:
            keep_gift_aside(payment)
        else:
            take_gift(payment, now=now)
    if isinstance(subject, PlanPurchase) and not is_over(subject):
        announce_paid_period(subject, now=now)
    if isinstance(subject, GiftCard) and not is_over(subject):
        load_gift_card(subject, now=now)


def _count_code(order: Order, subject: Subject) -> None:
    """The code that made it cheaper is used, also where it was given back before the money came."""
    if isinstance(subject, Booking):
        count_late_use(order, booker(subject))
    if isinstance(subject, PlanPurchase):
        count_late_use(order, buyer_of(subject))
