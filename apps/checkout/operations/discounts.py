"""Discounts: made and stopped by the team, and taken off what does not pass the page to pay on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Actor
from apps.businesses.models import TeamMember
from apps.businesses.operations import lock_business
from apps.catalog.models import Service
from apps.catalog.pricing import tax_in
from apps.checkout.coupons import Kind
from apps.checkout.discounts import NOTHING
from apps.checkout.models import Discount, Order, OrderLine
from apps.checkout.operations.in_person import LIVE, discount_of, order_of
from apps.checkout.operations.settle import sync
from apps.checkout.pricing import Item, Way, quote
from apps.checkout.queries.discounts import find_discount
from apps.classes import operations as classes


@dataclass(frozen=True, slots=True)
class DiscountFacts:
    """What an owner says of a discount: value in minor units, or in basis points for a share.

    Times are UTC, None is no end.
    """

    name: str
    kind: Kind
    value: int
    starts_at: datetime
    ends_at: datetime | None = None
    service_ids: tuple[int, ...] = ()
    min_subtotal: int = 0
    min_people: int = 1


@transaction.atomic
def make_discount(*, facts: DiscountFacts, by: TeamMember, form_key: str = "") -> Discount:
    """Make a discount that counts by itself from its start on (rule M14). The same form_key makes
    one.

    Services of another business are left out.
    """
    lock_business(business_id=by.business_id)
    made = Discount.objects.filter(business_id=by.business_id)
    if form_key and (earlier := made.filter(form_key=form_key).first()):
        return earlier
    discount = Discount.objects.create(
        business_id=by.business_id,
        form_key=form_key or None,
        name=facts.name,
        kind=facts.kind.value,
        value=facts.value,
        starts_at=facts.starts_at,
        ends_at=facts.ends_at,
        min_subtotal=facts.min_subtotal,
        min_people=facts.min_people,
    )
    own = Service.objects.filter(business_id=by.business_id, pk__in=facts.service_ids)
    discount.services.set(own)
    return discount


@transaction.atomic
def stop_discount(*, discount_id: int, by: TeamMember, now: datetime) -> None:
    """Let a discount end now; what was booked with it keeps its price.

    Raises:
        Discount.DoesNotExist: not a discount of this business.
    """
    discount = Discount.objects.select_for_update().get(pk=discount_id, business_id=by.business_id)
    if discount.ends_at is None or discount.ends_at > now:
        discount.ends_at = max(now, discount.starts_at)
        discount.save(update_fields=["ends_at"])


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
    _grow(order, grown, more=grown.price - (before.price or 0), now=now)
    sync(order, grown, payments, actor=Actor.of(None), now=now)
    return grown


def _grow(order: Order, booking: Booking, *, more: int, now: datetime) -> None:
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
        OrderLine.objects.create(
            order=order,
            name=line.name,
            amount=line.amount,
            tax=line.tax,
            discount=line.discount,
            total=line.total,
            position=len(lines),
        )
        order.total += line.total
        order.tax += line.tax
        order.discount += less
        order.by_discount += less
        order.discount_name = taken.name if less else order.discount_name
        order.save(update_fields=["total", "tax", "discount", "by_discount", "discount_name"])
    bookings.note_owed(booking=booking, price=order.total)
