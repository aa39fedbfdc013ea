"""Questions about those who wait for a time of an appointment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Q, QuerySet

from apps.availability.engine.slots import find_slots
from apps.availability.queries import as_if_free, zone_of
from apps.bookings.models import WaitlistEntry
from apps.bookings.queries.claims import slot_query
from apps.bookings.queries.offered import load_offer
from apps.bookings.wishes import Key, Wish, suits, worth_waiting
from apps.catalog.models import Service
from apps.catalog.queries import Choice

IN_LINE = (WaitlistEntry.State.WAITING, WaitlistEntry.State.OFFERED)


def may_wait_for_a_time(service: Service) -> bool:
    """Whether the service has a waitlist: whatever the team decides about is asked for instead."""
    if service.kind != Service.Kind.APPOINTMENT:
        return False
    return not (service.requires_approval or service.allows_multiple_requests)


def wish_of(entry: WaitlistEntry) -> Wish | None:
    """What an entry waits for, None for one that waits for a class or a course."""
    if entry.wanted_first_on is None or entry.wanted_last_on is None:
        return None
    return Wish(
        first_on=entry.wanted_first_on,
        last_on=entry.wanted_last_on,
        from_minute=entry.wanted_from_minute,
        to_minute=entry.wanted_to_minute,
        notice_minutes=entry.notice_minutes,
        let_pass=tuple(
            (datetime.fromisoformat(start), datetime.fromisoformat(end))
            for start, end in entry.let_pass
        ),
    )


def open_wish(entry: WaitlistEntry) -> Wish | None:
    """The same while there is no time for it: none is offered, none was taken."""
    has_time = entry.state in {WaitlistEntry.State.OFFERED, WaitlistEntry.State.ENROLLED}
    return None if has_time else wish_of(entry)


def wishes_for(
    *, service_id: int, location_id: int | None, first_on: date, last_on: date
) -> QuerySet[WaitlistEntry]:
    """The entries in line for a service at a place that want one of these days too, in no order."""
    return WaitlistEntry.objects.filter(
        Q(booking__location_id=location_id),
        booking__service_id=service_id,
        state__in=IN_LINE,
        wanted_first_on__lte=last_on,
        wanted_last_on__gte=first_on,
    )


def place_among_wishes(entry: WaitlistEntry, wish: Wish) -> int:
    """1 for the first of those who want one of the same days of the same service."""
    line = wishes_for(
        service_id=entry.booking.service_id,
        location_id=entry.booking.location_id,
        first_on=wish.first_on,
        last_on=wish.last_on,
    )
    before = Q(rank__lt=entry.rank) | Q(rank=entry.rank, pk__lt=entry.pk)
    return line.filter(before).count() + 1


def find_worth_waiting(
    *, choice: Choice, wishes: Mapping[Key, Wish], now: datetime
) -> frozenset[Key]:
    """Which of these wishes are worth waiting for: somebody works in their hours, nothing is free
    in them, and the line has room. The wishes lie within a few days."""
    if not wishes:
        return frozenset()
    whole = Wish(
        first_on=min(it.first_on for it in wishes.values()),
        last_on=max(it.last_on for it in wishes.values()),
    )
    open_ones = worth_waiting(
        wishes,
        worked=find_times_for(choice=choice, wish=whole, ignores_bookings=True, now=now),
        free=find_times_for(choice=choice, wish=whole, now=now),
        lasts=timedelta(minutes=choice.duration_minutes),
        zone=zone_of(service=choice.service, location=choice.location),
    )
    days = {(it.first_on, it.last_on): it for key, it in wishes.items() if key in open_ones}
    roomy = {pair for pair, it in days.items() if line_for(choice, it).has_room}
    return frozenset(
        key for key in open_ones if (wishes[key].first_on, wishes[key].last_on) in roomy
    )


@dataclass(frozen=True, slots=True)
class Line:
    """How many wait for one of the same days, and whether one more may."""

    waiting: int
    has_room: bool


def line_for(choice: Choice, wish: Wish) -> Line:
    """How long the line is that somebody with this wish would join; one query."""
    waiting = wishes_for(
        service_id=choice.service.pk,
        location_id=choice.location.pk if choice.location else None,
        first_on=wish.first_on,
        last_on=wish.last_on,
    ).count()
    return Line(waiting, has_room=waiting < choice.policy.waitlist_capacity)


def find_times_for(
    *,
    choice: Choice,
    wish: Wish,
    own_session_id: int | None = None,
    ignores_bookings: bool = False,
    now: datetime,
) -> list[datetime]:
    """List the free starts (UTC, in order) of a choice in the wanted days and hours.

    ignores_bookings leaves out everything that is booked: empty then means that these hours are
    closed.
    """
    zone = zone_of(service=choice.service, location=choice.location)
    first = max(wish.first_on, now.astimezone(zone).date())
    if first > wish.last_on:
        return []
    query = slot_query(choice=choice, own_session_id=own_session_id)
    search = load_offer(query=query, first=first, last=wish.last_on, now=now)
    if ignores_bookings:
        search = as_if_free(search)
    lasts = timedelta(minutes=choice.duration_minutes)
    starts = (
        datetime.fromtimestamp(slot.start, UTC)
        for slot in find_slots(search, first=first, last=wish.last_on)
    )
    return [at for at in starts if suits(wish, starts_at=at, ends_at=at + lasts, zone=zone)]
