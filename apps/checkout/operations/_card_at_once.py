"""A gift card pays what is owed at once, at the desk or by the customer. Its row is locked last."""

from datetime import datetime

from apps.bookings.operations import Actor
from apps.businesses.models import TeamMember
from apps.checkout.coupons import Refused
from apps.checkout.gifts import plain_gift_code
from apps.checkout.models import UNDECIDED, GiftCard, GiftEntry, Order, Payment, PlanPurchase
from apps.checkout.operations._errors import CouponRefused, NotOwed, PaymentUnderWay
from apps.checkout.operations._gift_money import write_gift_entry
from apps.checkout.operations._settle import sync
from apps.checkout.queries.orders import flows_of
from apps.checkout.states import balance


def pay_by_card(
    order: Order, code: str, owed: int, *, by: TeamMember | None, now: datetime
) -> Payment | None:
    """Have the card of a number pay of a locked, approved order what is owed (minor units), as far
    as there is something on it; None where no such card has anything. by is None for the
    customer."""
    cards = GiftCard.objects.select_for_update().filter(
        business_id=order.business_id,
        code=plain_gift_code(code),
        status=GiftCard.Status.ACTIVE,
        balance__gt=0,
    )
    card = cards.first()
    if card is None:
        return None
    amount = min(card.balance, owed)
    user_id = by.user_id if by else None
    payment = Payment.objects.create(
        business_id=order.business_id,
        order=order,
        kind=Payment.Kind.GIFT,
        status=Payment.Status.PAID,
        gift_card=card,
        amount=amount,
        captured=amount,
        taken_by_id=user_id,
        created_at=now,
        settled_at=now,
    )
    write_gift_entry(
        card, GiftEntry.Kind.USED, amount=-amount, payment=payment, by=user_id, now=now
    )
    return payment


def pay_plan_by_card(
    order: Order, purchase: PlanPurchase, number: str, *, by: TeamMember, now: datetime
) -> Payment:
    """The same for an order of a locked plan. What the card does not pay stays owed.

    Raises:
        NotOwed: there is nothing left to be paid.
        PaymentUnderWay: it is being paid online at this moment.
        CouponRefused: there is no such card with anything on it.
    """
    payments = list(order.payments.select_for_update().order_by("pk"))
    for payment in payments:
        if payment.kind == Payment.Kind.ONLINE and payment.status in UNDECIDED:
            raise PaymentUnderWay(payment.pk)
    owed = balance(total=order.total, flows=flows_of(payments))
    if owed <= 0:
        raise NotOwed
    paid = pay_by_card(order, number, owed, by=by, now=now)
    if paid is None:
        raise CouponRefused(Refused.UNKNOWN)
    sync(order, purchase, [*payments, paid], actor=Actor.of(by), now=now)
    return paid
