"""Two bookings at one time because one was paid too late (rule B21), and money that somebody has
to decide about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from apps.availability.models import Occupancy
from apps.bookings.models import Booking
from apps.bookings.money_words import paid_parts, paid_parts_of
from apps.bookings.queries.stub import full_title
from apps.bookings.queries.suggestions import find_nearest
from apps.businesses.models import Clock
from apps.checkout.models import Payment, Refund
from apps.checkout.operations import WayOut, ways_out
from apps.checkout.providers import title_of
from apps.checkout.queries.orders import PAYER, Payer, payer_of
from apps.checkout.queries.payments import told_of
from apps.checkout.queries.stranded import (
    refused_refunds,
    stranded_payments,
    stranded_refunds,
    uncovered_cards,
)
from apps.dashboard.access import Access
from apps.dashboard.bookings.queries.booking_detail import count_visits
from apps.dashboard.frame.queries.frame import leftovers_of, let_go_ahead, missed_of, unclear_of
from apps.dashboard.frame.queries.rows import LIVE, customer_name, staff_name, zone_told
from apps.kernel.money import Money

MAX_SHOWN = 100
RELATED = ("customer", "service", "resource__staff_member", "business", "location", "order")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the bookings of a conflict, told by the clock of zone, that of its place; money is
    what came for it and did not go back. parts, told of one conflict alone: in which ways, where
    there were several."""

    pk: int
    reference: str
    name: str
    service_name: str
    staff_name: str
    starts_at: datetime
    ends_at: datetime
    made_at: datetime
    paid_at: datetime | None
    price: Money | None
    money: Money
    visits: int
    zone: ZoneInfo
    times: tuple[datetime, ...] = ()
    parts: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """flagged came late; others are in its way, none when it is a class that is over its places or
    when whoever was in the way has gone meanwhile."""

    flagged: Side
    others: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class BookingMoney:
    """A booking with money that somebody has to decide about, or see to; fee is what stays of it by
    the rules, beside the money; there is the zone of a place with a clock of its own."""

    reference: str
    status: str
    name: str
    service_name: str
    starts_at: datetime
    there: str
    money: Money
    fee: Money


def list_leftovers(*, access: Access) -> list[BookingMoney]:
    """Bookings that are over while money of them is still here, and nobody has decided to keep it
    (rule M11); one query."""
    return _left_of(leftovers_of(access))


def list_missed(*, access: Access) -> list[BookingMoney]:
    """Bookings that nobody came to and that were paid beyond their fee, and nobody has decided to
    keep it (rule B40); one query."""
    return _left_of(missed_of(access))


def _left_of(found: QuerySet[Booking]) -> list[BookingMoney]:
    rows = found.select_related("customer", "location").order_by("starts_at", "pk")
    return [
        _money_of(it, max(0, it.paid - it.cancellation_fee), fee=it.cancellation_fee)
        for it in rows[:MAX_SHOWN]
    ]


def list_let_go(*, access: Access, now: datetime) -> list[BookingMoney]:
    """What was authorized for confirmed bookings that are not over and was let go by the bank, the
    soonest first (rule M29); the card of a request says it itself. One query."""
    rows = let_go_ahead(access, now=now).select_related("booking__customer", "booking__location")
    rows = rows.select_related("booking__business").order_by("booking__starts_at", "pk")
    found = [(it.booking, getattr(it, "missing", 0)) for it in rows[:MAX_SHOWN]]
    return [_money_of(booking, missing) for booking, missing in found if booking]


def _money_of(booking: Booking, amount: int, *, fee: int = 0) -> BookingMoney:
    return BookingMoney(
        reference=booking.reference,
        status=booking.status,
        name=customer_name(booking),
        service_name=booking.title,
        starts_at=booking.starts_at,
        there=zone_told(booking),
        money=Money(amount, booking.currency),
        fee=Money(fee, booking.currency),
    )


@dataclass(frozen=True, slots=True)
class Stranded:
    """An amount that cannot be settled, or given back, because there are no keys to its provider;
    reference is the booking's, "" for a plan or a gift card."""

    reference: str
    name: str
    provider: str
    money: Money
    is_refund: bool


def list_stranded(*, access: Access) -> list[Stranded]:
    """What waits for the keys of a provider that this portal worked with before; two queries."""
    business = access.business.pk
    joined = ("order__booking__customer",)
    payments = stranded_payments(business_id=business).select_related(*joined)
    refunds = stranded_refunds(business_id=business).select_related(
        *(f"payment__{it}" for it in joined)
    )
    return [
        *(_stranded(it, it.amount) for it in payments.order_by("pk")[:MAX_SHOWN]),
        *(
            _stranded(it.payment, it.amount, is_refund=True)
            for it in refunds.order_by("pk")[:MAX_SHOWN]
        ),
    ]


def _stranded(payment: Payment, amount: int, *, is_refund: bool = False) -> Stranded:
    booking, order = payment.order.booking, payment.order
    return Stranded(
        reference=booking.reference if booking else "",
        name=customer_name(booking) if booking else order.reference,
        provider=title_of(payment.provider),
        money=Money(amount, order.currency),
        is_refund=is_refund,
    )


@dataclass(frozen=True, slots=True)
class RefusedRefund:
    """A refund that the bank refused; money is still here. title says what it was for, ways what
    may be decided about it."""

    pk: int
    payer: Payer
    title: str
    money: Money
    provider: str
    at: datetime
    ways: tuple[WayOut, ...]


def list_refused(*, access: Access) -> list[RefusedRefund]:
    """The refunds that somebody has to decide about (rule M32), the oldest first; one query."""
    of_order = (*PAYER, "booking__service", "purchase", "gift_card")
    rows = refused_refunds(business_id=access.business.pk).select_related(
        *(f"payment__order__{it}" for it in of_order)
    )
    return [_refused(it) for it in rows.order_by("pk")[:MAX_SHOWN]]


def _refused(refund: Refund) -> RefusedRefund:
    payment, order = refund.payment, refund.payment.order
    subject = order.booking or order.purchase or order.gift_card
    left = min(refund.amount, payment.captured - payment.refunded)
    return RefusedRefund(
        pk=refund.pk,
        payer=payer_of(order),
        title=getattr(subject, "title", "") or getattr(subject, "name", ""),
        money=Money(left, order.currency),
        provider=title_of(payment.provider),
        at=refund.created_at,
        ways=ways_out(order=order),
    )


@dataclass(frozen=True, slots=True)
class UncoveredCard:
    """A gift card that has paid for something, though its own purchase was refunded."""

    pk: int
    reference: str
    buyer: str
    money: Money


def list_uncovered(*, access: Access) -> list[UncoveredCard]:
    """The gift cards whose uses are not covered any more (rule M31); one query."""
    rows = uncovered_cards(business_id=access.business.pk).order_by("pk")
    return [
        UncoveredCard(it.pk, it.reference, it.buyer_name, Money(it.uncovered, it.currency))
        for it in rows[:MAX_SHOWN]
    ]


@dataclass(frozen=True, slots=True)
class Unclear:
    """A payment of which the provider tells another amount than was asked for. has_come: money
    came, or is authorized; is_counted: some of it was written down before; ref names it at the
    provider."""

    pk: int
    payer: Payer
    asked: Money
    told: Money | None
    told_text: str
    has_come: bool
    is_counted: bool
    provider: str
    ref: str
    at: datetime


def list_unclear(*, access: Access) -> list[Unclear]:
    """The payments that somebody has to look at, the oldest first; one query."""
    rows = unclear_of(access).select_related("order", *(f"order__{it}" for it in PAYER))
    return [
        Unclear(
            pk=it.pk,
            payer=payer_of(it.order),
            asked=Money(it.amount, it.order.currency),
            told=told_of(it),
            told_text=f"{it.told_amount} {it.told_currency}",
            has_come=it.status != Payment.Status.FAILED,
            is_counted=it.captured > 0,
            provider=title_of(it.provider),
            ref=it.provider_ref,
            at=it.settled_at or it.created_at,
        )
        for it in rows.order_by("pk")[:MAX_SHOWN]
    ]


def list_conflicts(*, access: Access, now: datetime) -> list[Conflict]:
    """All conflicts, the one that begins first on top; a constant number of queries."""
    rows = _flagged(access).select_related(*RELATED)
    return _conflicts(list(rows.order_by("starts_at", "pk")[:MAX_SHOWN]), now=now)


def get_conflict(*, access: Access, reference: str, now: datetime) -> Conflict:
    """One conflict, with the three nearest free times for each side.

    Raises:
        Booking.DoesNotExist: there is none (any more).
    """
    rows = _flagged(access).select_related(*RELATED)
    return _conflicts([rows.get(reference=reference)], now=now, with_times=True)[0]


def _flagged(access: Access) -> QuerySet[Booking]:
    return access.bookings().filter(double_booked=True, status__in=LIVE)


def _conflicts(
    flagged: Sequence[Booking], *, now: datetime, with_times: bool = False
) -> list[Conflict]:
    others = _others_of(flagged)
    everybody = [*flagged, *(it for them in others.values() for it in them)]
    visits = count_visits(bookings=everybody, now=now)
    return [
        Conflict(
            flagged=_side(booking, visits, now=now, with_times=with_times),
            others=tuple(
                _side(it, visits, now=now, with_times=with_times) for it in others[booking.pk]
            ),
        )
        for booking in flagged
    ]


def _others_of(flagged: Sequence[Booking]) -> dict[int, list[Booking]]:
    """Live bookings that occupy the same at the same time; two queries."""
    found: dict[int, list[Booking]] = {it.pk: [] for it in flagged}
    sessions = {it.session_id: it.pk for it in flagged if it.session_id}
    own = list(Occupancy.objects.filter(session_id__in=[pk for pk in sessions if pk]))
    if not own:
        return found
    overlaps = Q(pk__in=())
    for row in own:
        overlaps |= Q(
            resource_id=row.resource_id, starts_at__lt=row.ends_at, ends_at__gt=row.starts_at
        )
    taken = Occupancy.objects.filter(overlaps).exclude(session_id__in=[it.session_id for it in own])
    rows = list(taken)
    bookings = {
        it.session_id: it
        for it in Booking.objects.filter(
            session_id__in={it.session_id for it in rows}, status__in=LIVE
        ).select_related(*RELATED)
    }
    for row in rows:
        other = bookings.get(row.session_id)
        for mine in own:
            meets = mine.resource_id == row.resource_id and (
                row.starts_at < mine.ends_at and row.ends_at > mine.starts_at
            )
            if other is not None and meets:
                them = found[sessions[mine.session_id]]
                if other not in them:
                    them.append(other)
    return found


def _side(booking: Booking, visits: Mapping[int, int], *, now: datetime, with_times: bool) -> Side:
    order = getattr(booking, "order", None)
    price = None if booking.price is None else Money(booking.price, booking.currency)
    return Side(
        pk=booking.pk,
        reference=booking.reference,
        name=customer_name(booking),
        service_name=full_title(booking),
        staff_name=staff_name(booking.resource),
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        made_at=booking.created_at,
        paid_at=order.approved_at if order and booking.paid else None,
        price=price,
        money=Money(booking.paid, booking.currency),
        visits=visits.get(booking.customer_id or 0, 0),
        zone=Clock(booking.business, booking.location).zone,
        times=find_nearest(booking=booking, now=now) if with_times else (),
        parts=_parts(booking) if with_times else "",
    )


def _parts(booking: Booking) -> str:
    return paid_parts(
        booking.paid,
        paid_parts_of(booking),
        currency=booking.currency,
        locale=booking.business.locale,
    )
