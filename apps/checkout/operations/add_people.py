"""More people come on what is booked, and its order grows by what they cost."""

from datetime import datetime

from django.db import transaction

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Actor
from apps.checkout.models import Order, Receipt
from apps.checkout.operations.orders import add_lines
from apps.checkout.operations.sync import sync
from apps.checkout.queries.party import Added, quote_more
from apps.classes import operations as classes


@transaction.atomic
def add_people(
    *, booking: Booking, more: int, now: datetime, seen_people: int | None = None
) -> Booking:
    """Let more people come on a booking, once for a page that showed seen_people; an order that it
    has grows by what they cost, less what a discount that counts now takes off more than before.

    Raises: as ``bookings.add_people``.
    """
    before = bookings.lock_booking(
        booking_id=booking.pk, business_id=booking.business_id, revision=None
    )
    grown = classes.add_people(booking=booking, more=more, now=now, seen_people=seen_people)
    order = Order.objects.select_for_update().filter(booking=grown).first()
    if order is None or not grown.price or grown.party_size == before.party_size:
        return grown
    payments = list(order.payments.select_for_update().order_by("pk"))
    more = grown.price - (before.price or 0)
    grow(order, quote_more(order, grown, more=more, now=now), now=now)
    bookings.note_owed(booking=grown, price=order.price)
    sync(order, grown, payments, actor=Actor.of(None), now=now)
    return grown


def grow(order: Order, added: Added | None, *, now: datetime) -> None:
    """Add the line of whoever comes besides to a locked order; where a receipt was given already,
    the line tells when it joined."""
    if added is None:
        return
    less, has_receipt = added.less, Receipt.objects.filter(order=order).exists()
    first = 1 + max((it.position for it in order.lines.all()), default=-1)
    add_lines(order, [added.line], first=first, added_at=now if has_receipt else None)
    order.total += added.line.total
    order.tax += added.line.tax
    order.discount += less
    order.by_discount += less
    order.discount_name = added.name if less else order.discount_name
    order.save(update_fields=["total", "tax", "discount", "by_discount", "discount_name"])
