"""Fewer or more people come on what is booked, and its order follows (rule B42)."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime

from django.db import transaction

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Actor
from apps.catalog.pricing import tax_in
from apps.checkout.models import Order, OrderLine, Payment
from apps.checkout.operations.add_people import grow
from apps.checkout.operations.sync import sync
from apps.checkout.queries.payments import find_under_way
from apps.classes import operations as classes
from apps.classes.queries.party import Obstacle, PartyFixed


@transaction.atomic
def change_party(
    *,
    booking: Booking,
    wanted: Mapping[int, int],
    revision: int,
    seen_price: int | None,
    now: datetime,
) -> Booking:
    """Let so many people of each kind come on a booking that nothing was paid for; an order that it
    has costs less by those who do not come, and more by those who are added.

    Raises: as ``classes.change_party``, and
        PartyFixed: a payment is under way, or something was taken off that would count anew.
    """
    changed, change = classes.change_party(
        booking=booking, wanted=wanted, revision=revision, seen_price=seen_price, now=now
    )
    order = Order.objects.select_for_update().filter(booking=changed).first()
    if order is None or change is None or changed.price is None:
        return changed
    payments = list(order.payments.select_for_update().order_by("pk"))
    _require_no_money(order, changed, payments, now=now)
    if change.less:
        _shrink(order, changed, less=change.less, kinds=change.fewer)
    if change.plus:
        grow(order, changed, more=change.plus, now=now)
    bookings.note_owed(booking=changed, price=order.total)
    sync(order, changed, payments, actor=Actor.of(None), now=now)
    return changed


def may_follow(order: Order | None, booking: Booking, *, now: datetime) -> bool:
    """Whether an order can follow a change of its people: nothing was taken off, which would count
    anew, and no payment is under way, whose amount is agreed."""
    return order is None or (not order.discount and find_under_way(booking, now=now) is None)


def _require_no_money(
    order: Order, booking: Booking, payments: Sequence[Payment], *, now: datetime
) -> None:
    has_money = any(it.captured or it.authorized for it in payments)
    if has_money or not may_follow(order, booking, now=now):
        raise PartyFixed(Obstacle.MONEY)


def _shrink(order: Order, booking: Booking, *, less: int, kinds: Set[str]) -> None:
    """Take an amount (minor units, tax included) off the lines of a locked order from which nothing
    was taken off before: first off those of these kinds of people, off extras at last."""
    extras = {it.name for it in booking.add_ons.all()}

    def turn(line: OrderLine) -> tuple[bool, bool, int]:
        is_theirs = line.name in kinds or any(line.name.endswith(f", {it}") for it in kinds)
        return line.name in extras, not is_theirs, -line.position

    left = less
    for line in sorted(order.lines.all(), key=turn):
        part = min(left, line.total)
        if part:
            _take_off(order, line, part)
        left -= part
    lines = list(OrderLine.objects.filter(order=order))
    order.total = sum(it.total for it in lines)
    order.tax = sum(it.tax for it in lines)
    order.due_now = min(order.due_now, order.total)
    order.save(update_fields=["total", "tax", "due_now"])


def _take_off(order: Order, line: OrderLine, part: int) -> None:
    if part == line.total:
        line.delete()
        return
    one, rest = line.total // line.quantity, line.total - part
    whole = line.total % line.quantity == 0 and rest % one == 0
    line.total, line.tax = rest, tax_in(rest, rate=order.tax_rate)
    if whole:
        line.quantity = rest // one
    else:
        line.quantity = 1
        line.amount = rest if order.tax_included else rest - line.tax
    line.save(update_fields=["total", "tax", "quantity", "amount"])
