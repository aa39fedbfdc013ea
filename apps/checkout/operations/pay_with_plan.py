"""A plan pays for what is booked already: for a place from the waitlist as it is taken, or for what
is still owed of a visit."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Actor
from apps.businesses.models import TeamMember
from apps.checkout.models import Order
from apps.checkout.operations.coupon_uses import give_coupon_back
from apps.checkout.operations.errors import NotOwed, PlanRefused
from apps.checkout.operations.in_person import LIVE, order_of
from apps.checkout.operations.lines import write_lines
from apps.checkout.operations.open_payment import lock_owed
from apps.checkout.operations.plan_credits import redeem
from apps.checkout.operations.settle import sync
from apps.checkout.plans import Refused
from apps.checkout.pricing import Item, Quote, Way, quote
from apps.checkout.queries.orders import flows_of, waits_for_a_yes

BY_PLAN = Booking.PaymentOption.MEMBERSHIP


@transaction.atomic
def take_with_plan(*, take: Callable[[], Booking], purchase_id: int, now: datetime) -> Booking:
    """Take what a waitlist offers and let a plan pay for it, in one transaction: a plan that does
    not pay takes nothing, and the offer stays. Taken twice it is the same.

    The plan has to be the customer's own: that is the caller's to know.

    Raises: whatever take raises, and as ``pay_with_plan``.
    """
    taken = take()
    booking = bookings.lock_booking(
        booking_id=taken.pk, business_id=taken.business_id, revision=None
    )
    if booking.payment_option != BY_PLAN:
        _pay(booking, purchase_id, by=None, now=now)
    return booking


@transaction.atomic
def pay_with_plan(
    *, booking_id: int, revision: int, purchase_id: int, by: TeamMember, now: datetime
) -> Booking:
    """Let a plan pay, for the team, for a visit that is booked and of which nothing was paid; all
    but the extras, which stay to be paid (rule M16). What a discount or a code took off is for
    whoever pays with money: the code can be used again.

    The plan has to be one of this customer: that is the caller's to know.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it since the page was made.
        NotOwed: it costs nothing, is paid, or is over; or the team has not said yes.
        PaymentUnderWay: it is being paid online at this moment.
        PlanRefused: the plan does not pay for this, or a part of it was paid already.
    """
    booking = bookings.lock_booking(
        booking_id=booking_id, business_id=by.business_id, revision=revision
    )
    _pay(booking, purchase_id, by=by, now=now)
    return booking


def _pay(booking: Booking, purchase_id: int, *, by: TeamMember | None, now: datetime) -> None:
    """Let it pay for a locked booking."""
    if booking.status not in LIVE or waits_for_a_yes(booking) or booking.payment_option == BY_PLAN:
        raise NotOwed
    order = order_of(booking, now=now)
    payments, _owed = lock_owed(order)
    if order.status != Order.Status.APPROVED:
        raise NotOwed
    if sum(it.captured + it.kept_aside for it in flows_of(payments)):
        raise PlanRefused(
            Refused.PAID_ALREADY
        )  # a visit is paid with a plan as a whole, or with money
    redeem(booking, purchase_id=purchase_id, by=by, now=now)
    give_coupon_back(order)
    _price_anew(order, booking)
    actor = Actor.of(by)
    bookings.note_plan(booking=booking, price=order.total, actor=actor, now=now)
    sync(order, booking, payments, actor=actor, now=now)


def _price_anew(order: Order, booking: Booking) -> None:
    """Write into a locked order what is left of it: the extras as they were told, in full."""
    priced = _left_for_extras(order, booking)
    columns = {
        "way": Order.Way.PLAN,
        "coupon_code": "",
        "discount_name": "",
        "by_discount": 0,
        "discount": priced.discount,
        "tax": priced.tax,
        "total": priced.total,
        "due_now": priced.due_now,
    }
    for name, value in columns.items():
        setattr(order, name, value)
    order.save(update_fields=list(columns))
    write_lines(order, priced, title=booking.title)


def _left_for_extras(order: Order, booking: Booking) -> Quote:
    told = [Item(it.name, it.amount, it.quantity) for it in order.lines.all()]
    covered, extras = _apart(told, booking)
    off = [it.amount * it.quantity for it in covered] + [0] * len(extras)
    return quote(
        items=[*covered, *extras],
        currency=order.currency,
        tax_rate=order.tax_rate,
        tax_included=order.tax_included,
        way=Way.PLAN,
        deposit=None,
        discounts=off,
    )


def _apart(told: Sequence[Item], booking: Booking) -> tuple[list[Item], list[Item]]:
    """What a plan covers of the lines of an order, and the extras; where they are told as one sum,
    the extras are what they cost when they were booked."""
    booked = [Item(it.name, it.price) for it in booking.add_ons.order_by("pk")]
    names = {it.name for it in booked}
    extras = [it for it in told if it.name in names]
    if len(extras) == len(booked):
        return [it for it in told if it.name not in names], extras
    rest = sum(it.amount * it.quantity for it in told) - sum(it.amount for it in booked)
    return [Item(booking.title, max(0, rest))], booked
