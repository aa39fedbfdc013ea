"""A fee: the order asks for it instead of what was booked, until it is paid or waived
(rule M34)."""

from datetime import datetime

from django.db import transaction

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations import Actor
from apps.businesses.models import TeamMember
from apps.checkout.models import Order
from apps.checkout.operations.errors import NotOwed, ReasonMissing
from apps.checkout.operations.in_person import close_open, order_of
from apps.checkout.operations.orders import lock_order_of
from apps.checkout.operations.sync import sync
from apps.checkout.queries.orders import flows_of
from apps.checkout.states import balance

Action = BookingEvent.Action


def ask_for_fee(*, booking: Booking, actor: Actor, now: datetime) -> None:
    """Have the order of a locked booking ask for the fee that is written on it: what was paid
    counts towards it, and the rest is owed. One that was booked without an order gets it here.

    Done twice it is the same. Nobody is asked what becomes of the money: the fee decides.
    """
    order = order_of(booking, now=now, is_for_a_fee=True)
    order.fee = booking.cancellation_fee
    if booking.status == Booking.Status.CANCELED:
        order.kept_at = order.kept_at or now
    order.save(update_fields=["fee", "kept_at"])
    payments = list(order.payments.select_for_update().order_by("pk"))
    sync(order, booking, payments, actor=actor, now=now)


@transaction.atomic
def waive_fee(
    *, booking_id: int, revision: int, reason: str, by: TeamMember, now: datetime
) -> Booking:
    """Let go, for the team, of what of a fee was not paid yet; what was paid of it stays (rule
    M34). That whoever waives may decide about money is the caller's to know.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it since the page was made.
        NotOwed: it has no fee, or all of it was paid.
        ReasonMissing: nobody says why.
    """
    booking = bookings.lock_booking(
        booking_id=booking_id, business_id=by.business_id, revision=revision
    )
    order = lock_order_of(booking)
    payments = list(order.payments.select_for_update().order_by("pk"))
    owed = balance(total=order.bill, flows=flows_of(payments))
    if order.fee is None or owed <= 0:
        raise NotOwed
    if not reason.strip():
        raise ReasonMissing
    close_open(payments, now=now)
    order.fee -= owed
    order.save(update_fields=["fee"])
    actor = Actor.of(by)
    bookings.note_fee(
        booking=booking, fee=order.fee, action=Action.WAIVED, reason=reason, actor=actor, now=now
    )
    sync(order, booking, payments, actor=actor, now=now)
    return booking


@transaction.atomic
def ask_to_pay(*, booking_id: int, revision: int, by: TeamMember, now: datetime) -> None:
    """Have the customer sent, for the team, a link to pay what they owe of a fee (rules M34, S23).
    The same tap twice sends it once.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it since the page was made.
        NotOwed: nothing of a fee is owed, or nobody could be written to.
    """
    booking = bookings.lock_booking(
        booking_id=booking_id, business_id=by.business_id, revision=revision
    )
    order = lock_order_of(booking)
    payments = list(order.payments.select_for_update().order_by("pk"))
    owed = balance(total=order.bill, flows=flows_of(payments))
    if order.fee is None or owed <= 0 or not booking.contact_email:
        raise NotOwed
    bookings.note_asked_to_pay(booking=booking, actor=Actor.of(by), now=now)


def drop_fee(*, booking: Booking, actor: Actor, now: datetime) -> None:
    """Have the order of a locked booking ask for what was booked again, and for no fee."""
    order = Order.objects.select_for_update().filter(booking=booking, fee__isnull=False).first()
    if order is None:
        return
    order.fee = None
    order.save(update_fields=["fee"])
    payments = list(order.payments.select_for_update().order_by("pk"))
    sync(order, booking, payments, actor=actor, now=now)
