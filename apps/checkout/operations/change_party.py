"""Fewer or more people come on what is booked, and its order and its money follow (rules B42,
M35)."""

from collections.abc import Mapping, Set
from datetime import datetime

from django.db import transaction

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Actor
from apps.businesses.models import TeamMember
from apps.catalog.pricing import tax_in
from apps.checkout.models import Order, OrderLine, Receipt
from apps.checkout.operations.add_people import grow
from apps.checkout.operations.credit import credit
from apps.checkout.operations.pay_with_plan import resize_visits
from apps.checkout.operations.refund import refund_by_itself
from apps.checkout.operations.sync import sync
from apps.checkout.queries.party import BY_PLAN, PartyMoney, money_of_change
from apps.classes import operations as classes
from apps.classes.party import NO_NAMES, Names
from apps.classes.queries.party import PartyChange


@transaction.atomic
def change_party(
    *,
    booking: Booking,
    wanted: Mapping[int, int],
    revision: int,
    seen_price: int | None,
    now: datetime,
    names: Names = NO_NAMES,
    by: TeamMember | None = None,
    refunds: bool = True,
) -> Booking:
    """Let so many people of each kind come on a booking. Its order costs less by those who do not
    come, and more by those who are added; what was paid counts towards that, and what is beyond it
    goes back the way it came, visits to their plan. More is owed then, and nothing is charged here.

    seen_price is what the page said that all of it costs then; what comes back follows from it and
    from the revision. names and by are as in ``classes.change_party``. Where the team may not give
    money back (refunds), it stays before those who may as paid too much; and where the money cannot
    follow, the team changes the people alone, at the price there is.

    Raises: as ``classes.change_party`` and ``money_of_change``, and
        StaleRevision: it costs another amount than was seen.
    """
    before = bookings.lock_booking(
        booking_id=booking.pk, business_id=booking.business_id, revision=None
    )
    changed, change = classes.change_party(
        booking=booking, wanted=wanted, revision=revision, now=now, names=names, by=by
    )
    if change is None:
        return changed
    order = Order.objects.select_for_update().filter(booking=changed).first()
    payments = list(order.payments.select_for_update().order_by("pk")) if order else []
    money = money_of_change(
        booking=before,
        change=change,
        order=order,
        payments=payments,
        is_team=by is not None,
        now=now,
    )
    if money.price != seen_price:
        raise bookings.StaleRevision
    if money.price is not None:
        bookings.note_owed(booking=changed, price=money.price)
    if changed.payment_option == BY_PLAN:
        resize_visits(changed, more=change.people - before.party_size, now=now)
    elif order is not None and not money.stays:
        _follow(order, changed, change, money, actor=Actor.of(by), refunds=refunds, now=now)
    return changed


def _follow(
    order: Order,
    booking: Booking,
    change: PartyChange,
    money: PartyMoney,
    *,
    actor: Actor,
    refunds: bool,
    now: datetime,
) -> None:
    """Bring a locked order into line with who comes, and ask for the refund of what was paid beyond
    it."""
    if change.less and Receipt.objects.filter(order=order).exists():
        credit(order, less=change.less, people=change.gone, now=now)
    elif change.less:
        _shrink(order, booking, less=change.less, kinds=change.fewer)
    grow(order, money.added, now=now)
    if money.returns and refunds:
        refund_by_itself(order, booking, amount=money.returns, actor=actor, now=now)
        return
    payments = list(order.payments.select_for_update().order_by("pk"))
    sync(order, booking, payments, actor=actor, now=now)


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
