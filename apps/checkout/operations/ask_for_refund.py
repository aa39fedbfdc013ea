from collections.abc import Sequence
from datetime import datetime

from apps.checkout.models import Order, Payment, Refund
from apps.checkout.operations.gift_money import give_to_card
from apps.checkout.queries.orders import flows_of
from apps.checkout.states import excess
from apps.outbox import operations as outbox

REFUND_TOPIC = "payments.refund"
AT_ONCE = (Payment.Kind.IN_PERSON, Payment.Kind.GIFT)


def ask_for_refund(
    payment: Payment,
    *,
    order: Order,
    payments: Sequence[Payment],
    amount: int,
    reason: str,
    asked_by: int | None,
    now: datetime,
    by_hand: bool = False,
) -> Refund:
    """Write a refund of one of the locked payments of a locked order; the worker does it at the
    provider. Money that came in person, or is given back by_hand, is in the customer's hand
    already, that of a gift card is on the card at once."""
    at_once = by_hand or payment.kind in AT_ONCE
    too_much = count_back(payment, order=order, payments=payments, amount=amount)
    payment.save(update_fields=["refunded", "excess"])
    refund = Refund.objects.create(
        business_id=payment.business_id,
        payment=payment,
        amount=amount,
        excess=too_much,
        status=Refund.Status.DONE if at_once else Refund.Status.PENDING,
        is_external=by_hand or payment.kind == Payment.Kind.IN_PERSON,
        by_hand=by_hand,
        reason=reason,
        asked_by_id=asked_by,
        created_at=now,
        done_at=now if at_once else None,
    )
    if payment.kind == Payment.Kind.GIFT:
        give_to_card(payment, amount=amount, now=now)
    if not at_once:
        outbox.enqueue(
            topic=REFUND_TOPIC,
            payload={"refund_id": refund.pk},
            business_id=payment.business_id,
            now=now,
            key=f"refund:{refund.pk}",
        )
    return refund


def count_back(payment: Payment, *, order: Order, payments: Sequence[Payment], amount: int) -> int:
    """Count what goes back of one of the locked payments of an order, and return how much of it
    was more than the bill: that goes first (rule M8). Nothing is written."""
    too_much = min(amount, excess(total=order.total, flows=flows_of(payments)))
    payment.refunded += amount
    payment.excess += too_much
    return too_much
