"""Record payments in person and take such records back (rule M10)."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations import Actor
from apps.businesses.models import TeamMember
from apps.catalog.pricing import tax_in
from apps.checkout.models import Order, Payment, PlanPurchase
from apps.checkout.operations.errors import NotOwed
from apps.checkout.operations.open_payment import close_soon
from apps.checkout.operations.orders import Subject, add_lines, lock_order_of
from apps.checkout.operations.sync import sync
from apps.checkout.pricing import Quote, quote_as_told
from apps.checkout.promotions import NOTHING, Taken
from apps.checkout.queries.orders import flows_of, owes_fee
from apps.checkout.queries.promotions import find_discount
from apps.checkout.states import balance
from apps.kernel.references import new_reference

LIVE = (Booking.Status.PENDING, Booking.Status.CONFIRMED)


@transaction.atomic
def mark_paid(*, booking_id: int, revision: int, by: TeamMember, now: datetime) -> Payment:
    """Record that the rest of an order was paid in person (rule M10).

    A booking that was made without any order gets its order here.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it since the page was made.
        NotOwed: there is nothing (left) to be paid, it has no price, or it is not booked: its
            customer has not finished, or it is over.
    """
    booking = bookings.lock_booking(
        booking_id=booking_id, business_id=by.business_id, revision=revision
    )
    if booking.status not in LIVE and not owes_fee(booking=booking):
        raise NotOwed
    return take_in_person(order_of(booking, now=now), booking, by=by, now=now)


@transaction.atomic
def mark_plan_paid(*, purchase_id: int, order_id: int, by: TeamMember, now: datetime) -> Payment:
    """Record that a plan, or one period of it, was paid in person. A second time is refused.

    Raises:
        PlanPurchase.DoesNotExist: not a plan of this business.
        NotOwed: there is nothing (left) to be paid of this order.
    """
    purchase = _lock_plan(purchase_id, by)
    order = _order_of_plan(purchase, order_id)
    if order is None:
        raise NotOwed
    return take_in_person(order, purchase, by=by, now=now)


@transaction.atomic
def undo_mark_paid(*, booking_id: int, payment_id: int, by: TeamMember, now: datetime) -> None:
    """Take a payment in person back that was recorded by mistake, by an entry against it
    (rule M10).

    Undone twice it is the same.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        NotOwed: no such payment in person of this booking, or a part of it went back already.
    """
    booking = bookings.lock_booking(
        booking_id=booking_id, business_id=by.business_id, revision=None
    )
    order = lock_order_of(booking)
    _take_back(order, booking, payment_id=payment_id, by=by, now=now)


@transaction.atomic
def undo_plan_paid(
    *, purchase_id: int, order_id: int, payment_id: int, by: TeamMember, now: datetime
) -> None:
    """Take a payment in person of a plan back that was recorded by mistake; the plan goes on.

    Raises:
        PlanPurchase.DoesNotExist: not a plan of this business.
        NotOwed: no such payment in person of this order, or a part of it went back already.
    """
    purchase = _lock_plan(purchase_id, by)
    order = _order_of_plan(purchase, order_id)
    if order is None:
        raise NotOwed
    _take_back(order, purchase, payment_id=payment_id, by=by, now=now)


def take_in_person(order: Order, subject: Subject, *, by: TeamMember, now: datetime) -> Payment:
    """Record the rest of a locked, approved order of something locked as taken in person.

    Raises:
        NotOwed: there is nothing left to be paid, or the order is not approved: money at the desk
            approves none, or a draft would become a booking past its own checkout.
    """
    if order.status != Order.Status.APPROVED:
        raise NotOwed
    payments = list(order.payments.select_for_update().order_by("pk"))
    owed = balance(total=order.bill, flows=flows_of(payments))
    if owed <= 0:
        raise NotOwed
    payment = Payment.objects.create(
        business_id=order.business_id,
        order=order,
        kind=Payment.Kind.IN_PERSON,
        status=Payment.Status.PAID,
        amount=owed,
        captured=owed,
        taken_by_id=by.user_id,
        created_at=now,
        settled_at=now,
    )
    close_open(payments, now=now)
    sync(order, subject, [*payments, payment], actor=Actor.of(by), now=now)
    return payment


def close_open(payments: Sequence[Payment], *, now: datetime) -> None:
    """Nobody pays online what was paid at the desk. What is paid there all the same goes back."""
    for payment in payments:
        if payment.kind == Payment.Kind.ONLINE and payment.status == Payment.Status.PENDING:
            payment.status = Payment.Status.CANCELED
            payment.save(update_fields=["status"])
            close_soon(payment, now=now)


def _take_back(
    order: Order, subject: Subject, *, payment_id: int, by: TeamMember, now: datetime
) -> None:
    """Write an entry against a payment in person of a locked order of something locked."""
    payments = list(order.payments.select_for_update().order_by("pk"))
    mine = (it for it in payments if it.pk == payment_id)
    payment = next(mine, None)
    if payment is None or payment.kind != Payment.Kind.IN_PERSON or payment.captured <= 0:
        raise NotOwed
    if any(it.reverses_id == payment.pk for it in payments):
        return
    if payment.refunded:
        raise NotOwed
    against = Payment.objects.create(
        business_id=order.business_id,
        order=order,
        kind=Payment.Kind.IN_PERSON,
        status=Payment.Status.PAID,
        amount=-payment.captured,
        captured=-payment.captured,
        reverses=payment,
        taken_by_id=by.user_id,
        created_at=now,
        settled_at=now,
    )
    reversed_ = BookingEvent.Action.REVERSED
    sync(order, subject, [*payments, against], actor=Actor.of(by), now=now, action=reversed_)


def _lock_plan(purchase_id: int, by: TeamMember) -> PlanPurchase:
    plans = PlanPurchase.objects.select_for_update(of=("self",)).select_related("business")
    return plans.get(pk=purchase_id, business_id=by.business_id)


def _order_of_plan(purchase: PlanPurchase, order_id: int) -> Order | None:
    orders = Order.objects.select_for_update().filter(purchase=purchase)
    return orders.filter(pk=order_id, status=Order.Status.APPROVED).first()


@transaction.atomic
def book_with_discount(*, book: Callable[[], Booking], now: datetime) -> Booking:
    """Book something past the page to pay on (for the team, or from a waitlist) and take a discount
    off that counts now, in one transaction: what the mail says is what is owed.

    Raises: whatever book raises.
    """
    booking = book()
    booking = bookings.lock_booking(
        booking_id=booking.pk, business_id=booking.business_id, revision=None
    )
    if not booking.price or booking.status not in LIVE:
        return booking
    if Order.objects.filter(booking=booking).exists():
        return booking
    if discount_of(booking, now=now) != NOTHING:
        order_of(booking, now=now, takes_discount=True)
    return booking


def order_of(
    booking: Booking, *, now: datetime, takes_discount: bool = False, is_for_a_fee: bool = False
) -> Order:
    """The locked order of a locked booking; one that was made without any gets its order here, at
    the price that was told. takes_discount: nothing was told yet, so a discount is taken off.
    is_for_a_fee: it may be over.

    Raises:
        NotOwed: it has no price, or it is over.
    """
    order = Order.objects.select_for_update().filter(booking=booking).first()
    if order is not None:
        return order
    if not booking.price or (booking.status not in LIVE and not is_for_a_fee):
        raise NotOwed
    taken = discount_of(booking, now=now) if takes_discount else NOTHING
    priced = quote_as_told(
        name=booking.title,
        price=booking.price,
        currency=booking.currency,
        tax_rate=booking.as_booked.tax_rate,
        tax_included=booking.as_booked.tax_included,
        taken=taken,
    )
    if takes_discount:
        bookings.note_owed(booking=booking, price=priced.total)
    return _write(booking, priced, now=now)


def discount_of(booking: Booking, *, now: datetime) -> Taken:
    """What a discount takes off a booking with a price now, before tax."""
    told, price = booking.as_booked, booking.price or 0
    net = price if told.tax_included else price - tax_in(price, rate=told.tax_rate)
    return find_discount(booking=booking, subtotal=net, now=now)


def _write(booking: Booking, priced: Quote, *, now: datetime) -> Order:
    order = Order.objects.create(
        business_id=booking.business_id,
        booking=booking,
        reference=new_reference(),
        status=Order.Status.APPROVED,
        way=Order.Way.IN_PERSON,
        currency=priced.currency,
        tax_rate=priced.tax_rate,
        tax_included=priced.tax_included,
        tax=priced.tax,
        discount=priced.discount,
        discount_name=priced.taken.name,
        by_discount=priced.taken.amount,
        total=priced.total,
        due_now=0,
        placed_at=now,
        approved_at=now,
    )
    add_lines(order, priced.lines)
    return order
