"""Bookings of the demo, made by the operations as customers and owners make them: single ones, and
the ordinary weeks of a business, always the same for the same dates.

Every operation gets the instant at which it would have happened, so history, answers-by and
policy snapshots are those of real bookings. Nothing is sent: see silence_outbox.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import F
from django.utils.text import slugify

from apps.availability.models import WeeklyHours
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details, GivenAnswer, Visitor
from apps.catalog.queries import choose
from apps.demo.build import Shop
from apps.outbox.models import OutboxItem

TYPING = timedelta(minutes=2)
DAY = timedelta(days=1)
FULL_DAYS = 6
EVERY_ELEVENTH = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a customer wants: `at` is the venue's wall clock, `made_at` the instant of the tap.

    A visit with `canceled_at` is called off by the customer at that instant; a request is
    confirmed by the owner at `confirmed_at` or declined at `declined_at`.
    """

    on: date
    at: str
    service: str
    who: str
    customer: str
    made_at: datetime
    variant: str = ""
    add_ons: tuple[str, ...] = ()
    party: tuple[str, ...] = ()
    note: str = ""
    phone: str = ""
    address: str = ""
    zone: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    canceled_at: datetime | None = None
    confirmed_at: datetime | None = None
    declined_at: datetime | None = None
    reason: str = ""


def instant(shop: Shop, on: date, at: str) -> datetime:
    """Return the UTC instant of a wall-clock time at the business."""
    local = datetime.combine(on, time.fromisoformat(at), tzinfo=shop.business.zone)
    return local.astimezone(UTC)


def make_visits(shop: Shop, visits: Iterable[Visit]) -> None:
    """Make all bookings in the order in which they were made."""
    for visit in sorted(visits, key=lambda each: each.made_at):
        _decide(shop, visit, _book(shop, visit))


def silence_outbox(shop: Shop) -> None:
    """Mark what the bookings of this new business put into the outbox as done when it was due.

    Their customers do not exist, and a mail about a visit of last week would be wrong anyway.
    """
    OutboxItem.objects.filter(business_id=shop.business.pk, done_at=None).update(
        done_at=F("not_before")
    )


def address_of(name: str) -> str:
    """Return an address that can never reach anybody (RFC 2606)."""
    return f"{slugify(name).replace('-', '.')}@mail.example"


def _book(shop: Shop, visit: Visit) -> Booking:
    draft = bookings.place_hold(
        choice=choose(
            service=shop.services[visit.service],
            variant_id=shop.variants[visit.service, visit.variant] if visit.variant else None,
            add_on_ids=[shop.add_ons[visit.service, name] for name in visit.add_ons],
            party_size=max(1, len(visit.party)),
            resource_id=shop.people[visit.who].resource_id,
        ),
        starts_at=instant(shop, visit.on, visit.at),
        visitor=Visitor("", "", visit.zone or shop.business.time_zone),
        now=visit.made_at,
    )
    return bookings.submit_draft(
        draft_id=draft.draft_id,
        details=Details(
            name=visit.customer,
            email=address_of(visit.customer),
            phone=visit.phone,
            visit_address=visit.address,
            note=visit.note,
            participant_names=visit.party,
            answers=[GivenAnswer(shop.questions[key], value) for key, value in visit.answers],
        ),
        seen_price=draft.price,
        now=visit.made_at + TYPING,
    )


def _decide(shop: Shop, visit: Visit, booking: Booking) -> None:
    if visit.confirmed_at:
        bookings.confirm_request(
            booking_id=booking.pk,
            revision=booking.revision,
            by=shop.owner,
            now=visit.confirmed_at,
        )
    if visit.declined_at:
        bookings.decline_request(
            booking_id=booking.pk,
            revision=booking.revision,
            by=shop.owner,
            now=visit.declined_at,
            reason=visit.reason,
        )
    if visit.canceled_at:
        bookings.cancel_booking(
            booking_id=booking.pk,
            business_id=shop.business.pk,
            revision=booking.revision,
            by=None,
            now=visit.canceled_at,
            reason=visit.reason,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Routine:
    """Patterns are the visits of one person on one day: (time, service, variant).

    Each day another pattern follows. Two of three person-days of the last days have visits, one
    of three before and after. `behind` and `ahead` are numbers of days; without `today` that day
    is left to others.
    """

    customers: tuple[str, ...]
    patterns: tuple[tuple[tuple[str, str, str], ...], ...]
    behind: int = 21
    ahead: int = 12
    today: bool = False


def usual_visits(
    shop: Shop,
    routine: Routine,
    *,
    around: date,
    now: datetime,
    taken: Collection[tuple[date, str]] = (),
) -> Iterator[Visit]:
    """Yield the visits of the weeks around a date, leaving out the person-days in `taken`."""
    number = 0
    for offset in range(-routine.behind, routine.ahead + 1):
        on = around + offset * DAY
        for index, name in enumerate(_working(shop, on)):
            turn = on.toordinal() + index
            visited = turn % 3 != 1 if -FULL_DAYS <= offset <= 0 else turn % 3 == 0
            if not visited or (on, name) in taken or not (offset or routine.today):
                continue
            for at, service, variant in routine.patterns[turn % len(routine.patterns)]:
                number += 1
                yield _visit(shop, routine, now, number, (on, at, service, variant, name))


def _working(shop: Shop, on: date) -> list[str]:
    working = set(
        WeeklyHours.objects.filter(
            schedule__business=shop.business, weekday=on.weekday()
        ).values_list("schedule__resource_id", flat=True)
    )
    return [name for name, person in shop.people.items() if person.resource_id in working]


def _visit(
    shop: Shop,
    routine: Routine,
    now: datetime,
    number: int,
    wanted: tuple[date, str, str, str, str],
) -> Visit:
    on, at, service, variant, name = wanted
    starts_at = instant(shop, on, at)
    made_at = min(
        starts_at - timedelta(days=2 + number % 6, hours=number % 5, minutes=7 * number % 60),
        now - timedelta(hours=5, minutes=13 * number % 240),
    )
    gone = number % EVERY_ELEVENTH == 0 and made_at < starts_at - timedelta(hours=40)
    canceled_at = starts_at - timedelta(hours=30)
    return Visit(
        on=on,
        at=at,
        service=service,
        variant=variant,
        add_ons=("Bond care",) if (service, "Bond care") in shop.add_ons and number % 3 else (),
        who=name,
        customer=routine.customers[number % len(routine.customers)],
        made_at=made_at,
        canceled_at=canceled_at if gone and canceled_at < now else None,
        reason="Something came up, sorry." if gone else "",
    )
