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
from apps.checkout.coupons import Refused, worth
from apps.checkout.discounts import Taken, share_out
from apps.checkout.models import UNDECIDED, Order, Payment
from apps.checkout.operations._card_at_once import pay_by_card
from apps.checkout.operations._coupons import use_coupon
from apps.checkout.operations._errors import CouponRefused, NotOwed, PaymentUnderWay
from apps.checkout.operations._in_person import LIVE, order_of
from apps.checkout.operations._settle import sync
from apps.checkout.pricing import Item, Quote, Way, quote
from apps.checkout.queries.coupons import Applied, apply_code, booker
from apps.checkout.queries.orders import flows_of, waits_for_a_yes
from apps.checkout.states import balance


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
    there is something on it. by is None for the customer.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        NotOwed: nothing is left to be paid, or the team has not said yes.
        PaymentUnderWay: it is being paid online at this moment.
        CouponRefused: no such code or card, it cannot be used, or more was paid than it would cost.
    """
    booking = bookings.lock_booking(booking_id=booking_id, business_id=business_id, revision=None)
    if booking.status not in LIVE or waits_for_a_yes(booking):
        raise NotOwed
    order = order_of(booking, now=now)
    payments = list(order.payments.select_for_update().order_by("pk"))
    for payment in payments:
        if payment.kind == Payment.Kind.ONLINE and payment.status in UNDECIDED:
            raise PaymentUnderWay(payment.pk)
    owed = balance(total=order.total, flows=flows_of(payments))
    if owed <= 0:
        raise NotOwed
    paid = pay_by_card(order, code, owed, by=by, now=now)
    if paid is not None:
        sync(order, booking, [*payments, paid], actor=Actor.of(by), now=now)
        return UsedCode(paid.amount, by_card=True)
    amount = _take_off(order, booking, payments, code, now=now)
    bookings.note_price(booking=booking, price=order.total, actor=Actor.of(by), now=now)
    sync(order, booking, payments, actor=Actor.of(by), now=now)
    return UsedCode(amount, by_card=False)


def _take_off(
    order: Order, booking: Booking, payments: Sequence[Payment], code: str, *, now: datetime
) -> int:
    """Price a locked order anew with a code; how much it takes off."""
    lines = list(order.lines.all())
    amounts = [line.amount * line.quantity for line in lines]
    subtotal = sum(amounts) - order.by_discount
    applied = apply_code(user=booker(booking), code=code, subtotal=subtotal, now=now)
    if applied.terms is None or order.coupon_code or order.way == Order.Way.PLAN:
        raise CouponRefused(applied.refused or Refused.UNKNOWN)
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
    came = sum(it.captured + it.authorized for it in payments)
    if priced.total < came or any(line.refunded for line in lines):
        raise CouponRefused(Refused.PAID_ALREADY)
    _write(order, priced, applied)
    use_coupon(order, booker(booking), applied, amount=by_code, now=now)
    return by_code


def _write(order: Order, priced: Quote, applied: Applied) -> None:
    order.tax, order.discount, order.total = priced.tax, priced.discount, priced.total
    order.coupon_code, order.due_now = applied.code, min(order.due_now, priced.total)
    order.save(update_fields=["tax", "discount", "total", "coupon_code", "due_now"])
    for line, new in zip(order.lines.all(), priced.lines, strict=True):
        line.tax, line.discount, line.total = new.tax, new.discount, new.total
        line.save(update_fields=["tax", "discount", "total"])
