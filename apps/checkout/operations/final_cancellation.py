"""What customers cancelled becomes final when nobody can take it back any more: the place is free,
the money goes back but for the fee, the visit of a plan as the clock says (rules B34, M33)."""

from datetime import datetime

from django.db import transaction

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations import Actor
from apps.bookings.policy import Policy, is_free_now
from apps.checkout.models import Order
from apps.checkout.operations.fees import ask_for_fee
from apps.checkout.operations.pay_with_plan import return_credit
from apps.checkout.operations.refund import refund_by_itself
from apps.checkout.queries.orders import refundable_of, settlement_of
from apps.checkout.states import settle_cancelled
from apps.outbox.sweeping import each


def finish_cancellations(*, now: datetime) -> int:
    """Make final what customers cancelled ten minutes ago or more; return how many were.

    Computed from the rows as they are, each in a transaction of its own: run twice it does nothing,
    and a crash between two leaves the second for the next look.
    """
    due = Booking.objects.cancelled_just_now().filter(hold_expires_at__lte=now)
    keys = list(due.order_by("hold_expires_at", "pk").values_list("pk", "business_id"))
    return each(keys, lambda it: _finish(*it, now=now))


@transaction.atomic
def _finish(booking_id: int, business_id: int, *, now: datetime) -> bool:
    booking = bookings.lock_booking(booking_id=booking_id, business_id=business_id, revision=None)
    if not bookings.end_undo(booking=booking, now=now):
        return False
    order = Order.objects.select_for_update().filter(booking=booking).first()
    is_kept = False
    if booking.payment_option == Booking.PaymentOption.MEMBERSHIP:
        is_kept = _keeps_visit(booking)
        if not is_kept:
            return_credit(booking_id=booking.pk, now=now)  # order, plan, cards: rule C2
    if order is not None:
        is_kept = _give_back(order, booking, now=now) or is_kept
    if settlement_of(booking=booking, fee=booking.cancellation_fee).owed:
        ask_for_fee(booking=booking, actor=Actor.of(None), now=now)
    if is_kept:  # the rules decided it, so that nobody of the team is asked
        Order.objects.filter(booking=booking, kept_at=None).update(kept_at=now)
    return True


def _keeps_visit(booking: Booking) -> bool:
    """Whether the plan keeps the visit: it was confirmed, and cancelling was not free any more."""
    event = booking.history.filter(action=BookingEvent.Action.CANCELED).latest("pk")
    policy = Policy.from_snapshot(booking.policy_snapshot)
    was_confirmed = event.before["status"] == Booking.Status.CONFIRMED
    return was_confirmed and not is_free_now(
        policy=policy, starts_at=booking.starts_at, now=event.at
    )


def _give_back(order: Order, booking: Booking, *, now: datetime) -> bool:
    """Ask for the refund of what was paid beyond the fee, the way it came; tell whether what is
    left is the fee, or a part of it. Money that came in person is for the team to hand over."""
    payments = list(order.payments.select_for_update().order_by("pk"))
    share = settle_cancelled(
        paid=max(0, sum(it.captured - it.refunded for it in payments)),
        by_itself=sum(part for _pk, part in refundable_of(payments, by_itself=True)),
        fee=booking.cancellation_fee,
    )
    if share.back:
        refund_by_itself(order, booking, amount=share.back, actor=Actor.of(None), now=now)
    return share.kept > 0 and not share.by_hand
