from collections.abc import Sequence
from datetime import datetime

from apps.checkout.models import GiftCard, Order, Payment, PlanPurchase
from apps.checkout.operations._gift_money import load_gift_card
from apps.checkout.operations._plan_periods import begin_period
from apps.checkout.operations._subject import Subject, is_over


def approve(order: Order, subject: Subject, payments: Sequence[Payment], *, now: datetime) -> None:
    """Approve a locked order because its money came, or none is due: what it is for begins, and
    what gift cards held for it is theirs no more (R007)."""
    order.status, order.approved_at = Order.Status.APPROVED, now
    order.save(update_fields=["status", "approved_at"])
    for payment in payments:
        if payment.kind == Payment.Kind.GIFT and payment.status == Payment.Status.PENDING:
            payment.status, payment.captured = Payment.Status.PAID, payment.amount
            payment.settled_at = now
            payment.save(update_fields=["status", "captured", "settled_at"])
    if isinstance(subject, PlanPurchase) and not is_over(subject):
        begin_period(subject, now=now)
    if isinstance(subject, GiftCard) and not is_over(subject):
        load_gift_card(subject, now=now)
