"""A plan is paid by card at once, or later by its link (rule M16)."""

from datetime import datetime

from django.db import transaction

from apps.bookings.operations import Actor
from apps.businesses.models import TeamMember
from apps.checkout.models import UNDECIDED, Order, Payment, PlanPurchase
from apps.checkout.operations.errors import CouponRefused, NotOwed
from apps.checkout.operations.gift_money import SeenGift, hold_gift, let_all_go, pay_by_card
from apps.checkout.operations.open_payment import PAY_WITHIN, lock_owed, new_payment
from apps.checkout.operations.orders import number_receipt
from apps.checkout.operations.promotions import use_coupon
from apps.checkout.operations.sync import approve, sync
from apps.checkout.promotions import PromotionProblem
from apps.checkout.queries.orders import status_of
from apps.checkout.queries.promotions import buyer_of
from apps.prepaid.operations.errors import PlanChanged
from apps.prepaid.operations.periods import lock_open_order
from apps.prepaid.queries.plan_offer import AgreedOffer, agreed_offer
from apps.prepaid.queries.plans import is_charged_now


def pay_plan_by_card(
    order: Order, purchase: PlanPurchase, number: str, *, by: TeamMember, now: datetime
) -> Payment:
    """The same for an order of a locked plan. What the card does not pay stays owed.

    Raises:
        NotOwed: there is nothing left to be paid.
        PaymentUnderWay: it is being paid online at this moment.
        CouponRefused: there is no such card with anything on it.
    """
    payments, owed = lock_owed(order)
    paid = pay_by_card(order, number, owed, by=by, now=now)
    if paid is None:
        raise CouponRefused(PromotionProblem.UNKNOWN)
    sync(order, purchase, [*payments, paid], actor=Actor.of(by), now=now)
    return paid


def resume_order(
    purchase: PlanPurchase,
    *,
    now: datetime,
    seen_left: int | None = None,
    gift_code: str | None = None,
) -> Payment | None:
    """Return the online payment of the unpaid order of a locked plan; None where nothing is to be
    paid online. A card that is being charged at this moment is not paid beside it. gift_code is the
    gift card that pays of the next period, None for that of the last time.

    Raises:
        PlanChanged: seen_left (minor units) is not what is to be paid now.
        WayNotOffered: nothing is paid online here, or not this amount.
    """
    order = lock_open_order(purchase)
    if order is None or is_charged_now(order):
        return None
    offer = agreed_offer(purchase=purchase, order=order, gift_code=gift_code, now=now)
    if seen_left is not None and offer.left != seen_left:
        raise PlanChanged(offer.left)
    _write_agreed(purchase, order, offer, now=now)
    gift = SeenGift(offer.gift.card_id, offer.by_gift) if offer.gift and offer.by_gift else None
    return pay_order(order, purchase, gift, now=now)


def pay_order(
    order: Order, purchase: PlanPurchase, gift: SeenGift | None, *, now: datetime
) -> Payment | None:
    """Have the card pay its part of a locked order, and open a payment of the rest; where nothing
    is left the plan begins at once."""
    until = now + PAY_WITHIN
    gifts = _held(order, gift, now=now)
    left = order.total - sum(it.amount for it in gifts)
    if left > 0:
        return new_payment(order, amount=left, until=until, now=now)
    approve(order, purchase, gifts, now=now)
    Order.objects.filter(pk=order.pk).update(payment_status=status_of(order, gifts).value)
    if gifts:
        number_receipt(order, business=purchase.business, now=now)
    return None


@transaction.atomic
def let_go_of_plan(*, purchase_id: int, now: datetime) -> None:
    """Give back the code and the card's money of a plan, or of its next period, that nobody goes on
    to pay: whoever began it pays in another way. A plan that never began is forgotten later.

    Raises:
        PlanPurchase.DoesNotExist: there is none.
        NotOwed: it was paid meanwhile, or a payment of it may still come.
    """
    found = PlanPurchase.objects.select_for_update(of=("self",)).select_related("business")
    purchase = found.get(pk=purchase_id)
    order = lock_open_order(purchase)
    if order is None:
        raise NotOwed
    online = order.payments.select_for_update().filter(kind=Payment.Kind.ONLINE)
    if any(it.status in UNDECIDED or it.captured for it in online.order_by("pk")):
        raise NotOwed
    let_all_go(order, now=now)


def _held(order: Order, gift: SeenGift | None, *, now: datetime) -> list[Payment]:
    """What the card pays: held already, or taken off it now."""
    pending = order.payments.select_for_update().filter(
        kind=Payment.Kind.GIFT, status=Payment.Status.PENDING
    )
    held = list(pending.order_by("pk"))
    if held or gift is None:
        return held
    return [hold_gift(order, gift, until=now + PAY_WITHIN, now=now)]


def _write_agreed(
    purchase: PlanPurchase, order: Order, offer: AgreedOffer, *, now: datetime
) -> None:
    """Count the code of a locked order that went back meanwhile, at what it takes off by now; one
    that cannot be used any more leaves the order."""
    if not order.coupon_code or offer.is_counted:
        return
    quote = offer.quote
    order.coupon_code, order.discount = offer.code, quote.discount
    order.tax, order.total, order.due_now = quote.tax, quote.total, quote.due_now
    order.save(update_fields=["coupon_code", "discount", "tax", "total", "due_now"])
    (line,), (new,) = order.lines.all(), quote.lines
    line.tax, line.discount, line.total = new.tax, new.discount, new.total
    line.save(update_fields=["tax", "discount", "total"])
    if offer.code:
        use_coupon(order, buyer_of(purchase), offer.applied, amount=quote.by_code, now=now)
