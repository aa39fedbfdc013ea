"""What is on offer: the one way to ask for free times (rules B16, T15).

Hours, rules and bookings are availability's; that nobody can book a day for which too few people
came in time is ours. Picker, lists, suggestions, wishes and the owner's diagnosis ask here, so that
they cannot disagree.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import date, datetime, timedelta

from apps.availability.engine.inputs import Search
from apps.availability.engine.zones import day_bounds
from apps.availability.models import DecidedDay
from apps.availability.queries import SlotQuery, load_search, load_searches, zone_of
from apps.bookings.models import Booking
from apps.bookings.queries.minimum import LIVE
from apps.kernel.spans import Seconds

A_DAY = timedelta(days=1)
Where = tuple[int, int | None]
"""A service and a place."""
People = Mapping[Where, Sequence[tuple[datetime, str, int]]]
"""Start, status and size of the party of everybody who may count, by service and place."""

Decided = Set[tuple[Where, date]]
"""Services with a place and days of which the team said that they take place, however few come."""


def load_offer(
    *,
    query: SlotQuery,
    first: date,
    last: date,
    now: datetime,
    hours_until: date | None = None,
) -> Search:
    """Build the engine's input as ``load_search`` does, without the days that are called off; two
    queries more where the service needs people."""
    search = load_search(query=query, first=first, last=last, now=now, hours_until=hours_until)
    return _without_called_off([query], [search], now=now)[0]


def load_offers(
    *, queries: Sequence[SlotQuery], first: date, last: date, now: datetime
) -> list[Search]:
    """The same for several questions to one business at once, in two queries more at most."""
    searches = load_searches(queries=queries, first=first, last=last, now=now)
    return _without_called_off(queries, searches, now=now)


def _without_called_off(
    queries: Sequence[SlotQuery], searches: Sequence[Search], *, now: datetime
) -> list[Search]:
    needy = [query for query in queries if query.service.min_participants]
    if not needy:
        return list(searches)
    people, decided = _people(needy, now=now), _decided(needy, now=now)
    return [
        replace(
            search,
            limits=replace(search.limits, called_off=_called_off(query, people, decided, now)),
        )
        for query, search in zip(queries, searches, strict=True)
    ]


def _decided(queries: Sequence[SlotQuery], *, now: datetime) -> Decided:
    services = {query.service.pk for query in queries}
    days = DecidedDay.objects.filter(service__in=services, on__gte=(now - 2 * A_DAY).date())
    rows = days.values_list("service_id", "location_id", "on")
    return frozenset(((service_id, location_id), on) for service_id, location_id, on in rows)


def _people(queries: Sequence[SlotQuery], *, now: datetime) -> People:
    """Everybody who booked a day of these services that can be decided by now, with a day to spare
    for the clocks of other zones."""
    longest = max(query.service.decide_before_minutes for query in queries)
    rows = Booking.objects.filter(
        service__in={query.service.pk for query in queries},
        status__in=LIVE,
        starts_at__gte=now - 2 * A_DAY,
        starts_at__lt=now + timedelta(minutes=longest) + 2 * A_DAY,
    )
    found: dict[Where, list[tuple[datetime, str, int]]] = defaultdict(list)
    columns = rows.values_list("service_id", "location_id", "starts_at", "status", "party_size")
    for service_id, location_id, starts_at, status, size in columns:
        found[service_id, location_id].append((starts_at, status, size))
    return found


def _called_off(
    query: SlotQuery, people: People, decided: Decided, now: datetime
) -> tuple[Seconds, ...]:
    """The days for which too few came in time, as spans of Unix seconds: nobody can book them any
    more, because one more person would not make them enough."""
    service = query.service
    if not service.min_participants:
        return ()
    where = service.pk, query.location.pk if query.location else None
    zone = zone_of(service=service, location=query.location)
    due = now + timedelta(minutes=service.decide_before_minutes)
    today, last = now.astimezone(zone).date(), due.astimezone(zone).date()
    together: dict[date, int] = defaultdict(int)
    for starts_at, status, size in people.get(where, ()):
        settles = service.min_participants if status == Booking.Status.CONFIRMED else size
        together[starts_at.astimezone(zone).date()] += settles
    days = (today + A_DAY * number for number in range((last - today).days + 1))
    spans = {on: day_bounds(zone, on) for on in days}
    return tuple(
        span
        for on, span in spans.items()
        if together[on] < service.min_participants
        and span[0] <= due.timestamp()
        and (where, on) not in decided
    )
