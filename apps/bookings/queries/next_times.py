"""The next free time of many services, or of one person's last choice: for lists and strips."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Min

from apps.availability.engine.inputs import Search
from apps.availability.engine.slots import Slot, find_slots, free_days
from apps.availability.models import Session
from apps.availability.queries.search import SlotQuery
from apps.bookings.models import Booking
from apps.bookings.queries.offered import choice_of, load_offer, load_offers, slot_query
from apps.businesses.models import Business, Location
from apps.catalog.models import BookingPolicy, Service
from apps.catalog.queries import Choice, UnknownChoice, default_policy, is_bookable, zone_of

AHEAD = timedelta(days=21)
STRIP = 3


@dataclass(frozen=True, slots=True)
class NextTime:
    """A start (UTC) to be shown on the clock of zone; place is its name, "" where there is no other
    one to choose and no other clock."""

    starts_at: datetime
    zone: ZoneInfo
    place: str = ""


def find_next_times(
    *, business: Business, services: Sequence[Service], now: datetime
) -> Mapping[int, NextTime]:
    """Return the next start by service id, in its shortest form, within three weeks.

    Where a service happens at several places, it is the soonest of them all. Eight queries for any
    number of services; a service without a time is left out.
    """
    together = _next_sessions(services, own=business.zone, now=now)
    bookable = [service for service in services if is_bookable(service=service)]
    if not bookable:
        return together
    policy = default_policy(business=business)
    venues = _venues(bookable)
    queries = [
        _query(service, policy, venue)
        for service in bookable
        for venue in _places_of(service, venues)
    ]
    return {**together, **_soonest(queries, venues, now=now)}


def _soonest(
    queries: Sequence[SlotQuery], venues: Mapping[int, Sequence[Location]], *, now: datetime
) -> dict[int, NextTime]:
    found: dict[int, NextTime] = {}
    for query, at in _first_starts(queries, now=now):
        pk, venue = query.service.pk, query.location
        if at is None or (pk in found and found[pk].starts_at <= at):
            continue
        several = venue is not None and len(venues[pk]) > 1
        zone = zone_of(service=query.service, location=venue)
        found[pk] = NextTime(at, zone, venue.name if several and venue else "")
    return found


def _first_starts(
    queries: Sequence[SlotQuery], *, now: datetime
) -> list[tuple[SlotQuery, datetime | None]]:
    zones = {zone_of(service=it.service, location=it.location) for it in queries}
    todays = [now.astimezone(zone).date() for zone in zones]
    searches = load_offers(queries=queries, first=min(todays), last=max(todays) + AHEAD, now=now)
    return [
        (query, _first_start(search, now.astimezone(search.zone).date()))
        for query, search in zip(queries, searches, strict=True)
    ]


def at_the_soonest_place(*, choice: Choice, now: datetime) -> Choice:
    """Return the choice at the place where it is free first, within three weeks; as it is when no
    place is, or when there is no other."""
    if not choice.has_other_places or not is_bookable(service=choice.service):
        return choice
    options = [replace(choice, location=place) for place in choice.service.all_locations]
    starts = _first_starts([slot_query(choice=it) for it in options], now=now)
    free = [(at, number) for number, (_query_of, at) in enumerate(starts) if at is not None]
    return options[min(free)[1]] if free else choice


def _next_sessions(
    services: Sequence[Service], *, own: ZoneInfo, now: datetime
) -> dict[int, NextTime]:
    """The next session of each class and of each course, full ones too; two queries, if any. Where
    another clock hangs than the business's own, its place is named."""
    held = [it for it in services if it.kind != Service.Kind.APPOINTMENT]
    if not held:
        return {}
    coming = Session.objects.filter(
        service__in=held, state=Session.State.SCHEDULED, starts_at__gt=now
    )
    soonest = coming.values("service_id").annotate(first=Min("starts_at"))
    firsts = {row["first"] for row in soonest}
    rows = coming.filter(starts_at__in=firsts).select_related("location")
    by_pk = {it.pk: it for it in services}
    found: dict[int, NextTime] = {}
    for session in rows.order_by("-starts_at", "-pk"):
        service = by_pk[session.service_id or 0]
        zone = zone_of(service=service, location=session.location)
        there = session.location.name if session.location and zone != own else ""
        found[service.pk] = NextTime(session.starts_at, zone, there)
    return found


def find_next_of_staff(*, choice: Choice, now: datetime) -> Mapping[int | None, datetime]:
    """Return the next start by the staff's resource id, and under None with anybody."""
    query = slot_query(choice=choice)
    today = now.astimezone(zone_of(service=choice.service, location=query.location)).date()
    search = load_offer(query=query, first=today, last=today + AHEAD, now=now)
    found: dict[int | None, datetime] = {}
    for slot in find_slots(search, first=today, last=today + AHEAD):
        at = datetime.fromtimestamp(slot.start, UTC)
        for key in (None, *slot.resource_ids):
            found.setdefault(key, at)
    return found


def _places_of(
    service: Service, venues: Mapping[int, Sequence[Location]]
) -> Sequence[Location | None]:
    return venues.get(service.pk, (None,)) if service.is_at_business else (None,)


def _venues(services: Sequence[Service]) -> dict[int, list[Location]]:
    links = Service.locations.through.objects.filter(service__in=services).select_related(
        "location"
    )
    venues: dict[int, list[Location]] = {}
    for link in links.order_by("location__position", "location_id"):
        venues.setdefault(link.service_id, []).append(link.location)
    return venues


def _query(service: Service, policy: BookingPolicy, venue: Location | None) -> SlotQuery:
    variants = list(service.variants.all())
    first = variants[0].duration_minutes if variants else None
    return SlotQuery(
        service=service,
        policy=service.policy or policy,
        duration_minutes=first or service.duration_minutes,
        location=venue,
    )


def _first_start(search: Search, today: date) -> datetime | None:
    days = free_days(search, first=today, last=today + AHEAD)
    on = next((it for it in sorted(days) if days[it].total), None)
    if on is None:
        return None
    return datetime.fromtimestamp(find_slots(search, first=on, last=on)[0].start, UTC)


@dataclass(frozen=True, slots=True)
class Again:
    """A last booking as a choice of today, with times like the one it had."""

    booking: Booking
    choice: Choice
    slots: tuple[Slot, ...]


def find_again(*, last: Booking, now: datetime) -> Again | None:
    """Offer the last booking once more: on the next three free days, near its time of day.

    None when the business no longer offers what was chosen, at that place too, or nothing is free
    for three weeks.
    """
    try:
        choice = choice_of(booking=last)
    except UnknownChoice:
        return None
    if not is_bookable(service=choice.service) or not _is_still_there(choice):
        return None
    query = slot_query(choice=choice)
    zone = zone_of(service=choice.service, location=query.location)
    today = now.astimezone(zone).date()
    until = today + AHEAD
    search = load_offer(query=query, first=today, last=until, now=now)
    days = free_days(search, first=today, last=until)
    free = [on for on in sorted(days) if days[on].total][:STRIP]
    usual = last.starts_at.astimezone(zone)
    minute = usual.hour * 60 + usual.minute

    def strangeness(slot: Slot) -> int:
        at = datetime.fromtimestamp(slot.start, zone)
        return abs(at.hour * 60 + at.minute - minute)

    slots = [min(find_slots(search, first=on, last=on), key=strangeness) for on in free]
    return Again(booking=last, choice=choice, slots=tuple(slots)) if slots else None


def _is_still_there(choice: Choice) -> bool:
    places = choice.service.all_locations if choice.service.is_at_business else ()
    return choice.location in (places or (None,))
