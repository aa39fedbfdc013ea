"""Which times somebody in line wants, and whether waiting for them is worth it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.db.models import Q

from apps.availability.engine.slots import find_slots
from apps.availability.queries import as_if_free
from apps.bookings.models import WaitlistEntry
from apps.bookings.queries.joinables import line_for, wishes_for
from apps.bookings.queries.offered import load_offer, slot_query
from apps.bookings.wishes import Key, Wish, suits, worth_waiting
from apps.catalog.queries import Choice, zone_of


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
