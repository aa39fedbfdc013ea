"""More people come on what is booked, and its order grows by what they cost."""

from datetime import datetime

from django.db import transaction

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Actor
from apps.catalog.pricing import tax_in
from apps.checkout.models import Order
from apps.checkout.operations.orders import add_lines
from apps.checkout.operations.sync import sync
from apps.checkout.pricing import Item, Way, quote
from apps.checkout.queries.promotions import find_discount
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
    grow(order, grown, more=grown.price - (before.price or 0), now=now)
    sync(order, grown, payments, actor=Actor.of(None), now=now)
    return grown


def grow(order: Order, booking: Booking, *, more: int, now: datetime) -> None:
    """Add a line of ``more`` (minor units, tax included, before anything is taken off) to a locked
    order.

    What was taken off before stays as it is; the discount counts for what all of it costs in full.
    """
    lines = list(order.lines.all())
    if not order.tax_included:
        more -= tax_in(more, rate=order.tax_rate)
    subtotal = more + sum(line.amount * line.quantity for line in lines)
    taken = find_discount(booking=booking, subtotal=subtotal, now=now)
    less = min(max(0, taken.amount - order.by_discount), max(0, more))
    if more > 0:
        added = quote(
            items=[Item(booking.title, more)],
            currency=order.currency,
            tax_rate=order.tax_rate,
            tax_included=order.tax_included,
            way=Way.IN_PERSON,
            deposit=None,
            discounts=[less],
        )
        (line,) = added.lines
        add_lines(order, added.lines, first=len(lines))
        order.total += line.total
        order.tax += line.tax
        order.discount += less
        order.by_discount += less
        order.discount_name = taken.name if less else order.discount_name
        order.save(update_fields=["total", "tax", "discount", "by_discount", "discount_name"])
    bookings.note_owed(booking=booking, price=order.total)
