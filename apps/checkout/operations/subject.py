"""What an order is for: a booking, a period of a plan, or a gift card."""

from datetime import datetime
from typing import TypeAlias

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.checkout.models import GiftCard, Order, PlanPurchase
from apps.checkout.operations.errors import NotOwed

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
    """Whether money that comes now has nothing to pay for any more."""
    return subject.status in OVER
