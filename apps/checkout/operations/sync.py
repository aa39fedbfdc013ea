"""An order and what it is for follow the money: approved by the first, in line with all of it."""

from collections.abc import Sequence
from datetime import datetime

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations import Actor
from apps.checkout.announcements import announce_money, announce_paid_period
from apps.checkout.models import GiftCard, Order, Payment, PlanPurchase
from apps.checkout.operations.gift_money import (
    authorize_gift,
    follow_purchase,
    load_gift_card,
    take_gift,
)
from apps.checkout.operations.orders import Subject, is_over, number_receipt
from apps.checkout.operations.promotions import count_late_use
from apps.checkout.queries.orders import money_of_booking, status_of
from apps.checkout.queries.promotions import booker, buyer_of


def approve(order: Order, subject: Subject, payments: Sequence[Payment], *, now: datetime) -> None:
    """Approve a locked order because its money came, or none is due: what it is for begins, and
    what gift cards held for it is theirs no more. Of a request it is authorized like money
    on a bank's card, until the team has said yes or no."""
    order.status, order.approved_at = Order.Status.APPROVED, now
    order.save(update_fields=["status", "approved_at"])
    if not is_over(subject):
        _count_code(order, subject)
    waits = isinstance(subject, Booking) and subject.asks_first and not is_over(subject)
    for payment in payments:
        if payment.kind != Payment.Kind.GIFT or payment.status != Payment.Status.PENDING:
            continue
        if waits:
            authorize_gift(payment)
        else:
            take_gift(payment, now=now)
    if isinstance(subject, PlanPurchase) and not is_over(subject):
        announce_paid_period(subject, now=now)
    if isinstance(subject, GiftCard) and not is_over(subject):
        load_gift_card(subject, now=now)


def _count_code(order: Order, subject: Subject) -> None:
    """The code that made it cheaper is used, also where it was given back before the money came."""
    if isinstance(subject, Booking):
        count_late_use(order, booker(subject))
    if isinstance(subject, PlanPurchase):
        count_late_use(order, buyer_of(subject))


def sync(
    order: Order,
    subject: Subject,
    payments: Sequence[Payment],
    *,
    actor: Actor,
    now: datetime,
    action: BookingEvent.Action | None = None,
) -> None:
    """Bring an order and what it is for into line with the payments; all of them are locked. The
    first money gives the order the number of its receipt. action is why money moved, where it did
    not simply come or go.

    A draft whose order has money, or the promise of money, becomes a booking here and nowhere else.

    Raises:
        SlotGone: it is a draft, its time is lost, and money was only promised.
    """
    status = status_of(order, payments)
    Order.objects.filter(pk=order.pk).update(payment_status=status.value)
    if isinstance(subject, Booking):
        _sync_booking(order, subject, payments, actor=actor, now=now, action=action)
    if isinstance(subject, PlanPurchase):
        announce_money(subject, order, status, now=now)
    if isinstance(subject, GiftCard):
        follow_purchase(subject, now=now)
    if any(it.captured > 0 for it in payments):
        number_receipt(order, business=subject.business, now=now)


def _sync_booking(
    order: Order,
    booking: Booking,
    payments: Sequence[Payment],
    *,
    actor: Actor,
    now: datetime,
    action: BookingEvent.Action | None,
) -> None:
    money = money_of_booking(order, payments)
    if booking.status != Booking.Status.CREATED:
        bookings.note_money(booking=booking, money=money, actor=actor, now=now, action=action)
        return
    if money.authorized or any(it.captured for it in payments):
        booking.price = order.total  # the price the customer saw, with what was taken off
        bookings.finish_draft(
            booking=booking,
            money=money,
            payment_option=Booking.PaymentOption.ONLINE,
            now=now,
        )
        booking.save(update_fields=["price"])
