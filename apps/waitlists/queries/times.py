"""Which times somebody in line wants, and whether waiting for them is worth it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from apps.availability.engine.slots import find_slots
from apps.availability.operations import Claim
from apps.availability.queries.search import as_if_free
from apps.bookings.models import WaitlistEntry
from apps.bookings.queries.joinables import line_for, wish_of
from apps.bookings.queries.offered import NoTime, choice_of, find_claim, load_offer, slot_query
from apps.bookings.wishes import Key, Wish, first_that_suits, suits, worth_waiting
from apps.catalog.queries import (
    Choice,
    UnknownChoice,
    is_bookable,
    may_wait_for_a_time,
    zone_of,
)
from apps.waitlists.offers import speaks_at
from apps.waitlists.queries.lines import offer_rules


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


def find_claim_for(*, entry: WaitlistEntry, now: datetime) -> Claim | None:
    """The first free time that suits somebody in line and that they would hear of early enough,
    with those who would serve it; None where there is none, or the service is not sold so now (it
    is switched off, or the team says yes to everybody first, rule B31). No lock is taken."""
    booking, wish = entry.booking, wish_of(entry)
    service = booking.service
    if wish is None or not (is_bookable(service=service) and may_wait_for_a_time(service)):
        return None
    try:
        choice = choice_of(booking=booking)
        starts = find_times_for(
            choice=choice, wish=wish, own_session_id=booking.session_id, now=now
        )
        rules = offer_rules(service_id=service.pk, location=booking.location)
        at = first_that_suits(
            starts,
            wish=wish,
            lasts=timedelta(minutes=choice.duration_minutes),
            zone=zone_of(service=service, location=booking.location),
            told_at=speaks_at(now=now, zone=rules.zone, quiet=rules.quiet),
        )
        query = slot_query(choice=choice, own_session_id=booking.session_id)
        return None if at is None else find_claim(query=query, starts_at=at, now=now)
    except (UnknownChoice, NoTime):
        return None
