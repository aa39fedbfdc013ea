"""A code or a gift card for what is booked already: at the desk, or by whoever booked it. The row
of the coupon or the card is locked last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Actor
from apps.businesses.models import TeamMember
from apps.checkout.gifts import is_gift_code
from apps.checkout.models import Order, Payment, PlanPurchase
from apps.checkout.operations.errors import CouponRefused, NotOwed
from apps.checkout.operations.gift_money import pay_by_card
from apps.checkout.operations.in_person import LIVE, order_of
from apps.checkout.operations.open_payment import lock_owed
from apps.checkout.operations.orders import is_over
from apps.checkout.operations.promotions import use_coupon
from apps.checkout.operations.sync import sync
from apps.checkout.pricing import Item, Quote, Way, quote
from apps.checkout.promotions import PromotionProblem, Taken, share_out, worth
from apps.checkout.queries.orders import flows_of, waits_for_a_yes
from apps.checkout.queries.promotions import Applied, CodeUser, apply_code, booker, buyer_of


@dataclass(frozen=True, slots=True)
class UsedCode:
    """How much of the bill a code took off or a card paid, in minor units."""

    amount: int
    by_card: bool


@transaction.atomic
def use_code(
    *, booking_id: int, business_id: int, code: str, by: TeamMember | None, now: datetime
) -> UsedCode:
    """Take a code off what is still to be paid of a booking, or have a gift card pay it as far as
    there is something on it; a fee that is owed is paid by a card only (rule M34). by is None for
    the customer.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        NotOwed: nothing is left to be paid, or the team has not said yes.
        PaymentUnderWay: it is being paid online at this moment.
        CouponRefused: no such code or card, it cannot be used, more was paid than it would cost, or
            something was given back or credited.
    """
    booking = bookings.lock_booking(booking_id=booking_id, business_id=business_id, revision=None)
    charged = Order.objects.select_for_update().filter(booking=booking, fee__isnull=False).first()
    if charged is not None:
        return _pay_fee(charged, booking, code, by=by, now=now)
    if booking.status not in LIVE or waits_for_a_yes(booking):
        raise NotOwed
    order = order_of(booking, now=now)
    return _use(order, booking, code, by=by, now=now)


def _pay_fee(
    order: Order, booking: Booking, code: str, *, by: TeamMember | None, now: datetime
) -> UsedCode:
    """What is on a gift card is money, and pays a fee like any; a code takes nothing off it."""
    payments, owed = lock_owed(order)
    paid = pay_by_card(order, code, owed, by=by, now=now)
    if paid is None:
        is_card = is_gift_code(code)
        raise CouponRefused(PromotionProblem.UNKNOWN if is_card else PromotionProblem.CARDS_ONLY)
    sync(order, booking, [*payments, paid], actor=Actor.of(by), now=now)
    return UsedCode(paid.amount, by_card=True)


@transaction.atomic
def use_code_for_plan(
    *,
    purchase_id: int,
    business_id: int,
    order_id: int,
    code: str,
    by: TeamMember | None,
    now: datetime,
) -> UsedCode:
    """The same for a plan that began and is not paid, or not all of it. Of a membership a code
    counts for the first period, a gift card for any.

    Raises:
        PlanPurchase.DoesNotExist: not a plan of this business.
        NotOwed: nothing is left to be paid of this order, or the plan is over.
        PaymentUnderWay, CouponRefused: as in ``use_code``.
    """
    plans = PlanPurchase.objects.select_for_update(of=("self",)).select_related("business")
    purchase = plans.get(pk=purchase_id, business_id=business_id)
    orders = Order.objects.select_for_update().filter(purchase=purchase)
    order = orders.filter(pk=order_id, status=Order.Status.APPROVED).first()
    if order is None or is_over(purchase):
        raise NotOwed
    return _use(order, purchase, code, by=by, now=now)


def _use(
    order: Order,
    subject: Booking | PlanPurchase,
    code: str,
    *,
    by: TeamMember | None,
    now: datetime,
) -> UsedCode:
    """Use it for the locked order of something locked."""
    payments, owed = lock_owed(order)
    paid = pay_by_card(order, code, owed, by=by, now=now)
    if paid is not None:
        sync(order, subject, [*payments, paid], actor=Actor.of(by), now=now)
        return UsedCode(paid.amount, by_card=True)
    amount = _take_off(order, subject, payments, code, now=now)
    if isinstance(subject, Booking):
        bookings.note_price(booking=subject, price=order.total, actor=Actor.of(by), now=now)
    sync(order, subject, payments, actor=Actor.of(by), now=now)
    return UsedCode(amount, by_card=False)


def _applied(
    order: Order, subject: Booking | PlanPurchase, user: CodeUser, code: str, *, now: datetime
) -> Applied:
    """The code as it may take something off a locked order now; without terms it may not."""
    subtotal = sum(it.amount * it.quantity for it in order.lines.all()) - order.by_discount
    applied = apply_code(user=user, code=code, subtotal=subtotal, now=now)
    if applied.refused is None and isinstance(subject, PlanPurchase) and _is_renewal(order):
        raise CouponRefused(PromotionProblem.FIRST_PERIOD)
    if applied.refused is None and order.coupon_code:
        raise CouponRefused(PromotionProblem.ONE_CODE)
    return applied


def _is_renewal(order: Order) -> bool:
    return Order.objects.filter(purchase=order.purchase_id, pk__lt=order.pk).exists()


def _take_off(
    order: Order,
    subject: Booking | PlanPurchase,
    payments: Sequence[Payment],
    code: str,
    *,
    now: datetime,
) -> int:
    """Price a locked order anew with a code; how much it takes off."""
    user = booker(subject) if isinstance(subject, Booking) else buyer_of(subject)
    applied = _applied(order, subject, user, code, now=now)
    if applied.terms is None or order.way == Order.Way.PLAN:
        raise CouponRefused(applied.refused or PromotionProblem.UNKNOWN, at=applied.at)
    lines = list(order.lines.all())
    amounts = [line.amount * line.quantity for line in lines]
    subtotal = sum(amounts) - order.by_discount
    by_code = worth(applied.terms, subtotal=subtotal)
    off = share_out(amounts, discount=order.by_discount, by_code=by_code, currency=order.currency)
    priced = quote(
        items=[Item(line.name, line.amount, line.quantity) for line in lines],
        currency=order.currency,
        tax_rate=order.tax_rate,
        tax_included=order.tax_included,
        way=Way.IN_PERSON,
        deposit=None,
        discounts=off,
        taken=Taken(order.discount_name, order.by_discount),
    )
    promised = sum(it.came + it.authorized for it in flows_of(payments))
    is_settled = order.credited or any(line.refunded for line in lines)
    if is_settled:
        raise CouponRefused(PromotionProblem.SETTLED)
    if priced.total < promised:
        raise CouponRefused(PromotionProblem.PAID_ALREADY)
    _write(order, priced, applied)
    use_coupon(order, user, applied, amount=by_code, now=now)
    return by_code


def _write(order: Order, priced: Quote, applied: Applied) -> None:
    order.tax, order.discount, order.total = priced.tax, priced.discount, priced.total
    order.coupon_code, order.due_now = applied.code, min(order.due_now, priced.total)
    order.save(update_fields=["tax", "discount", "total", "coupon_code", "due_now"])
    for line, new in zip(order.lines.all(), priced.lines, strict=True):
        line.tax, line.discount, line.total = new.tax, new.discount, new.total
        line.save(update_fields=["tax", "discount", "total"])
