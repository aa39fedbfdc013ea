"""An order: what it is for (a booking, a period of a plan, or a gift card), its lines as they were
priced, and the number of its receipt, whose counter is locked last of all."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from django.db.models import F

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.checkout.models import GiftCard, Order, OrderLine, PlanPurchase, Receipt, ReceiptCounter
from apps.checkout.operations.errors import NotOwed
from apps.checkout.pricing import Quote, QuoteLine

Subject: TypeAlias = Booking | PlanPurchase | GiftCard
OVER = {
    *(Booking.Status.CANCELED.value, Booking.Status.DECLINED.value),
    *(PlanPurchase.Status.CANCELED.value, PlanPurchase.Status.ENDED.value),
    GiftCard.Status.STOPPED.value,
}


def lock_subject(order: Order, *, now: datetime) -> Subject:
    """Lock what an order is for; to be done before the order itself is locked. Of a draft those
    come along who count together with it: its money may make it a booking."""
    if order.booking_id is not None:
        booking = bookings.lock_booking(
            booking_id=order.booking_id, business_id=order.business_id, revision=None
        )
        bookings.lock_counted(booking=booking, now=now)
        return booking
    if order.purchase_id is not None:
        purchases = PlanPurchase.objects.select_related("business")
        return purchases.select_for_update(of=("self",)).get(pk=order.purchase_id)
    cards = GiftCard.objects.select_related("business")
    return cards.select_for_update(of=("self",)).get(pk=order.gift_card_id or 0)


def lock_order_of(booking: Booking) -> Order:
    """Lock the order of a locked booking.

    Raises:
        NotOwed: it has none: it was never to be paid.
    """
    order = Order.objects.select_for_update().filter(booking=booking).first()
    if order is None:
        raise NotOwed
    return order


def subject_of(order: Order) -> Subject:
    """The same, unlocked."""
    if order.booking_id is not None:
        return Booking.objects.select_related("business").get(pk=order.booking_id)
    if order.purchase_id is not None:
        related = PlanPurchase.objects.select_related("business", "customer")
        return related.get(pk=order.purchase_id)
    return GiftCard.objects.select_related("business").get(pk=order.gift_card_id or 0)


def is_over(subject: Subject) -> bool:
    """Whether money that comes now has nothing to pay for any more: not while a cancellation can be
    taken back, because only its end decides about the money (rule B34)."""
    if isinstance(subject, Booking) and subject.is_cancelled_just_now:
        return False
    return subject.status in OVER


def write_lines(order: Order, quote: Quote, *, title: str) -> None:
    """Write the lines of a locked order anew; title names a line that has no name of its own."""
    order.lines.all().delete()
    add_lines(order, quote.lines, title=title)


def add_lines(
    order: Order,
    lines: Sequence[QuoteLine],
    *,
    title: str = "",
    first: int = 0,
    added_at: datetime | None = None,
) -> None:
    """Add lines to a locked order, or to a new one, from the position first on; added_at is for
    those that join after its receipt."""
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            name=line.name or title,
            amount=line.amount,
            quantity=line.quantity,
            tax=line.tax,
            discount=line.discount,
            total=line.total,
            position=position,
            added_at=added_at,
        )
        for position, line in enumerate(lines, start=first)
    )


def number_receipt(order: Order, *, business: Business, now: datetime) -> None:
    """Give a locked order that has money the next number of its business and year, once.

    Nothing may be locked after it. A transaction that fails takes its number back with it, so there
    are no gaps.
    """
    if Receipt.objects.filter(order_id=order.pk).exists():
        return
    year = now.astimezone(business.zone).year
    ReceiptCounter.objects.bulk_create(
        [ReceiptCounter(business=business, year=year)], ignore_conflicts=True
    )
    counters = ReceiptCounter.objects.filter(business=business, year=year)
    counter = counters.select_for_update().get()
    counters.update(last=F("last") + 1)
    Receipt.objects.create(
        business=business, order=order, year=year, number=counter.last + 1, given_at=now
    )
