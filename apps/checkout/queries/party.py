"""What follows for the money if fewer or more people come on a booking (rules B42, M35): the page
that tells it and the operation that does it ask here."""

from collections import Counter
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from apps.bookings.models import Booking
from apps.catalog.pricing import tax_in
from apps.checkout.models import CreditEntry, Order, Payment, PlanPurchase
from apps.checkout.plans import PlanProblem, visits_for
from apps.checkout.pricing import Item, QuoteLine, Way, quote
from apps.checkout.providers import takes_online
from apps.checkout.queries.orders import flows_of, refundable_of, waits_for_a_yes
from apps.checkout.queries.passes import refusal_of_more, terms_of_plan
from apps.checkout.queries.payments import find_under_way
from apps.checkout.queries.promotions import find_discount
from apps.checkout.states import balance, settle_difference, split
from apps.classes.queries.party import Obstacle, PartyChange, PartyFixed, plan_change

BY_PLAN = Booking.PaymentOption.MEMBERSHIP


class PlanPaysNoMore(PartyFixed):
    """The plan that pays for it does not pay for more people; refused says why."""

    def __init__(self, refused: PlanProblem) -> None:
        super().__init__(Obstacle.PLAN)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Added:
    """The line of an order for whoever comes besides, and what a discount takes off it."""

    line: QuoteLine
    less: int
    name: str


@dataclass(frozen=True, slots=True)
class PartyMoney:
    """What all of it costs then, None where that is agreed later; what goes back, by the way it
    came ("ONLINE", "GIFT"), and what of it the team hands over; what is owed of all of it then, and
    whether that is paid online at once. visits come back to the plan that pays, or are used of it
    (below 0); plan is its name. added is the line of whoever comes besides. stays: the money cannot
    follow, and the team changes the people alone. Amounts are minor units."""

    price: int | None
    back: tuple[tuple[str, int], ...] = ()
    by_hand: int = 0
    owed: int = 0
    pays_now: bool = False
    visits: int = 0
    plan: str = ""
    added: Added | None = None
    stays: bool = False

    @property
    def returns(self) -> int:
        """All that goes back by itself."""
        return sum(amount for _way, amount in self.back)


@dataclass(frozen=True, slots=True)
class PlannedParty:
    """Who comes then, and the money that follows."""

    change: PartyChange
    money: PartyMoney


def plan_party(
    *, booking: Booking, wanted: Mapping[int, int], now: datetime, is_team: bool = False
) -> PlannedParty:
    """Work out what a booking becomes if so many of each kind come, with its money.

    Raises: as ``classes.queries.party.plan_change`` and ``money_of_change``.
    """
    change = plan_change(booking=booking, wanted=wanted, is_team=is_team, now=now)
    order = Order.objects.filter(booking=booking).first()
    payments = list(order.payments.select_related("reversed_by").order_by("pk")) if order else []
    money = money_of_change(
        booking=booking,
        change=change,
        order=order,
        payments=payments,
        is_team=is_team,
        now=now,
    )
    return PlannedParty(change, money)


def money_of_change(
    *,
    booking: Booking,
    change: PartyChange,
    order: Order | None,
    payments: Sequence[Payment],
    now: datetime,
    is_team: bool = False,
) -> PartyMoney:
    """What follows for the money of a booking as it was before a change of its people. Where it
    cannot follow, the team decides about it by hand, and the price stays until then.

    Raises:
        PartyFixed: its money cannot follow (``may_follow``).
        PlanPaysNoMore: as its name says.
    """
    if not may_follow(order, payments, booking, now=now):
        if is_team and _is_for_the_team(order, booking):
            return PartyMoney(booking.price, stays=True)
        raise PartyFixed(Obstacle.MONEY)
    if booking.payment_option == BY_PLAN:
        return _by_plan(booking, change, now=now)
    price = change.price(booking.price)
    if order is None or price is None:
        return PartyMoney(price)
    less, plus = change.less or 0, change.plus or 0
    added = quote_more(order, _with(booking, change), more=plus, credited=less, now=now)
    total = order.price - less + (added.line.total if added else 0)
    shares = refundable_of(payments, by_itself=True)
    difference = settle_difference(
        price=total, flows=flows_of(payments), by_itself=sum(part for _pk, part in shares)
    )
    return PartyMoney(
        price=total,
        back=_ways(payments, split(difference.back, over=shares)),
        by_hand=difference.by_hand,
        owed=difference.owed,
        pays_now=pays_at_once(order, booking, owed=difference.owed),
        added=added,
    )


def may_follow(
    order: Order | None, payments: Sequence[Payment], booking: Booking, *, now: datetime
) -> bool:
    """Whether an order can follow a change of its people: nothing was taken off, which would count
    anew, nothing was given back by a decision, which the change might give back again, no payment
    is under way or only held on a card, whose amount is agreed, and no fee is asked for."""
    if order is None:
        return True
    if order.fee is not None or order.status != Order.Status.APPROVED:
        return False
    flows = flows_of(payments)
    is_decided = any(it.given_back or it.authorized for it in flows)
    is_cheaper = order.discount and order.way != Order.Way.PLAN
    return not is_decided and not is_cheaper and find_under_way(booking, now=now) is None


def _is_for_the_team(order: Order | None, booking: Booking) -> bool:
    """Whether somebody can decide by hand about the money of an order that does not follow: there
    is a price to speak of, no fee instead of it, and no plan that counts its visits."""
    is_asked_for = order is None or (order.fee is None and order.status == Order.Status.APPROVED)
    return is_asked_for and booking.payment_option != BY_PLAN


def pays_at_once(order: Order, booking: Booking, *, owed: int) -> bool:
    """Whether what is owed of a booking is paid online at once: all of it was to be paid so."""
    if owed <= 0 or order.way != Order.Way.FULL or waits_for_a_yes(booking):
        return False
    return booking.as_booked.pays_online and takes_online(owed, order.currency)


def owed_at_once(*, booking: Booking) -> int:
    """What of a booking is to be paid online at once, in minor units; two queries at most."""
    order = Order.objects.filter(booking=booking).first()
    if order is None:
        return 0
    owed = balance(total=order.bill, flows=flows_of(order.payments.all()))
    return owed if pays_at_once(order, booking, owed=owed) else 0


def quote_more(
    order: Order, booking: Booking, *, more: int, now: datetime, credited: int = 0
) -> Added | None:
    """Price more people (minor units, tax included, before anything is taken off) for the order of
    a booking as it is with them; None where they cost nothing. credited is what is about to be
    taken off the order.

    What was taken off before stays as it is; the discount counts for what all of it costs in full.
    """
    gone = order.credited + credited
    if not order.tax_included:
        more -= tax_in(more, rate=order.tax_rate)
        gone -= tax_in(gone, rate=order.tax_rate)
    told = sum(line.amount * line.quantity for line in order.lines.all())
    taken = find_discount(booking=booking, subtotal=more + told - gone, now=now)
    less = min(max(0, taken.amount - order.by_discount), max(0, more))
    if more <= 0:
        return None
    return _line(order, booking, net=more, less=less, name=taken.name)


def line_of_more(order: Order, booking: Booking, *, more: int) -> Added:
    """The line of so much more (minor units, tax included) of which no discount takes anything."""
    net = more if order.tax_included else more - tax_in(more, rate=order.tax_rate)
    return _line(order, booking, net=net, less=0, name="")


def _line(order: Order, booking: Booking, *, net: int, less: int, name: str) -> Added:
    priced = quote(
        items=[Item(booking.title, net)],
        currency=order.currency,
        tax_rate=order.tax_rate,
        tax_included=order.tax_included,
        way=Way.IN_PERSON,
        deposit=None,
        discounts=[less],
    )
    (line,) = priced.lines
    return Added(line, less, name)


def _with(booking: Booking, change: PartyChange) -> Booking:
    """The booking with as many people as come then; nothing is written."""
    then = copy(booking)
    then.party_size = change.people
    return then


def _by_plan(booking: Booking, change: PartyChange, *, now: datetime) -> PartyMoney:
    """The visits that come back to the plan that pays, or are used of it; the extras stay."""
    uses = CreditEntry.objects.filter(booking=booking, kind=CreditEntry.Kind.USED)
    purchase = PlanPurchase.objects.filter(pk__in=uses.values("purchase")).first()
    if purchase is None:
        raise PartyFixed(Obstacle.MONEY)
    more = change.people - booking.party_size
    refused = refusal_of_more(purchase, booking=booking, more=more, now=now)
    if refused is not None:
        raise PlanPaysNoMore(refused)
    visits = visits_for(terms_of_plan(purchase, now=now), people=-more)
    return PartyMoney(booking.price, visits=visits, plan=purchase.name)


def _ways(
    payments: Sequence[Payment], parts: Sequence[tuple[int, int]]
) -> tuple[tuple[str, int], ...]:
    kinds, found = {it.pk: it.kind for it in payments}, Counter[str]()
    for pk, amount in parts:
        found[kinds[pk]] += amount
    return tuple(found.items())
