"""The team transfers somebody to another run of their course, and the difference follows (rule
B44)."""

from datetime import datetime

from django.db import transaction

from apps.availability.models import CourseRun
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Actor
from apps.businesses.models import TeamMember
from apps.checkout.models import Order
from apps.checkout.operations.add_people import grow
from apps.checkout.operations.credit import credit
from apps.checkout.operations.errors import PaymentUnderWay
from apps.checkout.operations.refund import refund_by_itself
from apps.checkout.operations.sync import sync
from apps.checkout.queries.orders import flows_of, refundable_of
from apps.checkout.queries.party import line_of_more
from apps.checkout.states import settle_difference
from apps.classes import operations as classes
from apps.classes.queries.transfer import prices_there


@transaction.atomic
def transfer_course(
    *,
    booking: Booking,
    target: CourseRun,
    seen_price: int | None,
    refunds: bool,
    by: TeamMember,
    now: datetime,
    revision: int | None = None,
    message: str = "",
) -> Booking:
    """Let a party go to another run of the same course for the team, at what it costs there
    (``classes.queries.transfer``): more is owed, and what was paid beyond it goes back the way it
    came. Without the right to give money back (refunds) that stays before the team as paid too
    much.

    seen_price is what the page said that all of it costs there; revision and message are as in
    ``classes.move_places``.

    Raises: as ``classes.move_places``, and
        StaleRevision: it costs another amount there.
        PaymentUnderWay: it is being paid online at this moment, or is only held on a card.
    """
    before = bookings.lock_booking(booking_id=booking.pk, business_id=by.business_id, revision=None)
    price = prices_there(booking=before, runs=[target], now=now)[target.pk]
    moved = classes.move_places(
        booking=before,
        target=target,
        revision=revision,
        price=price,
        message=message,
        by=by,
        now=now,
    )
    now_there = prices_there(booking=before, runs=[target], now=now)[target.pk]  # runs are locked
    if price != seen_price or price != now_there:
        raise bookings.StaleRevision
    order = Order.objects.select_for_update().filter(booking=moved).first()
    if order is not None and price is not None and price != before.price:
        _settle(order, moved, more=price - order.price, refunds=refunds, by=by, now=now)
    return moved


def _settle(
    order: Order, booking: Booking, *, more: int, refunds: bool, by: TeamMember, now: datetime
) -> None:
    """Bring a locked order to another price, so much more or less (minor units, tax included)."""
    payments = list(order.payments.select_for_update().order_by("pk"))
    for payment, flow in zip(payments, flows_of(payments), strict=True):
        if flow.is_open or flow.authorized:
            raise PaymentUnderWay(payment.pk)
    if more > 0:
        grow(order, line_of_more(order, booking, more=more), now=now)
    elif more:
        credit(order, less=-more, people=0, now=now)
    shares = refundable_of(payments, by_itself=True)
    by_itself = sum(part for _pk, part in shares)
    share = settle_difference(price=order.bill, flows=flows_of(payments), by_itself=by_itself)
    if not (refunds and share.back):
        sync(order, booking, payments, actor=Actor.of(by), now=now)
        return
    refund_by_itself(order, booking, amount=share.back, actor=Actor.of(by), now=now)
