"""Load rows, build the engine's inputs: a constant number of queries whatever the staff, days and
bookings; one when the setup of the business is remembered."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from apps.availability.engine.inputs import (
    Limits,
    Requirement,
    ResourceFacts,
    Search,
    Selection,
    Shape,
    compute_limits,
)
from apps.availability.engine.zones import day_bounds
from apps.availability.queries.timeline import HoursBook, load_hours, read_busy_spans
from apps.businesses.models import Location
from apps.catalog.models import BookingPolicy, Service
from apps.catalog.queries import Requirements, load_requirements
from apps.catalog.queries.offered import zone_of
from apps.kernel.spans import Seconds, Span

MINUTE = 60
Busy = Mapping[int, list[Seconds]]


@dataclass(frozen=True, slots=True)
class SlotQuery:
    """What somebody wants to book, before any time is named. Lengths are elapsed minutes.

    requirements are read with the rest unless the caller has them already.
    """

    service: Service
    policy: BookingPolicy
    duration_minutes: int
    location: Location | None = None
    requirements: Requirements | None = None
    primary_id: int | None = None
    own_session_id: int | None = None
    ignores_limits: bool = False


def load_search(
    *,
    query: SlotQuery,
    first: date,
    last: date,
    now: datetime,
    hours_until: date | None = None,
) -> Search:
    """Build the engine's input for the local dates first..last (inclusive).

    Expired holds and the session of the caller's own draft are left out of the busy spans.
    hours_until reads the hours further than the busy spans, for ``with_later_busy``.
    """
    return load_searches(queries=[query], first=first, last=last, now=now, hours_until=hours_until)[
        0
    ]


def load_rules(*, query: SlotQuery, on: date, now: datetime) -> Search:
    """Build the input for one local date as if nothing were taken, for who looks under the lock.

    No query when the setup of the business is remembered.
    """
    return _load([query], first=on, last=on, hours_until=on, now=now, looks=False)[0]


def with_later_busy(
    search: Search, *, query: SlotQuery, first: date, last: date, now: datetime
) -> Search:
    """Return the search with the busy spans of other dates in place of its own, in one query.

    The dates have to lie within the hours_until it was loaded with.
    """
    busy = _read_busy(
        search.resources,
        zones={search.zone},
        first=first,
        last=last,
        own_session_id=query.own_session_id,
        now=now,
    )
    resources = {
        pk: replace(facts, busy=tuple(busy.get(pk, ()))) for pk, facts in search.resources.items()
    }
    return replace(search, resources=resources)


def as_if_free(search: Search) -> Search:
    """Return the search as if nothing were booked: what is left are hours and rules."""
    idle = {pk: replace(facts, busy=()) for pk, facts in search.resources.items()}
    return replace(search, resources=idle)


def load_searches(
    *,
    queries: Sequence[SlotQuery],
    first: date,
    last: date,
    now: datetime,
    hours_until: date | None = None,
) -> list[Search]:
    """Build the inputs for several questions to one business at once, in four queries at most.

    own_session_id of a query counts only where it is the one question.
    """
    if not queries:
        return []
    return _load(
        queries, first=first, last=last, hours_until=hours_until or last, now=now, looks=True
    )


def _load(
    queries: Sequence[SlotQuery],
    *,
    first: date,
    last: date,
    hours_until: date,
    now: datetime,
    looks: bool,
) -> list[Search]:
    services = {query.service.pk: query.service for query in queries}
    requirements = _requirements_of(queries)
    if len(queries) == 1:
        needs = requirements[queries[0].service.pk]
        wanted = eligible_ids(needs, primary_id=queries[0].primary_id)
        resource_ids = {pk for _type, ids in wanted for pk in ids}
    else:
        resource_ids = {pk for needs in requirements.values() for _type, ids in needs for pk in ids}
    hours = load_hours(
        business=queries[0].service.business,
        service_ids=services,
        resource_ids=resource_ids,
        first=first,
        last=hours_until,
    )
    zones = {zone_of(service=query.service, location=query.location) for query in queries}
    own = queries[0].own_session_id if len(queries) == 1 else None
    busy: Busy = {}
    if looks:
        busy = _read_busy(
            resource_ids, zones=zones, first=first, last=last, own_session_id=own, now=now
        )
    return [
        _search(query, requirements[query.service.pk], hours=hours, busy=busy, now=now)
        for query in queries
    ]


def _requirements_of(queries: Sequence[SlotQuery]) -> dict[int, Requirements]:
    """What the questions know already, and the rest in one query."""
    known = {it.service.pk: it.requirements for it in queries if it.requirements is not None}
    missing = {query.service.pk for query in queries} - known.keys()
    return {**known, **load_requirements(service_ids=missing)} if missing else known


def _search(
    query: SlotQuery,
    requirements: Requirements,
    *,
    hours: HoursBook,
    busy: Busy,
    now: datetime,
) -> Search:
    zone = zone_of(service=query.service, location=query.location)
    wanted = eligible_ids(requirements, primary_id=query.primary_id)
    resource_ids = {pk for _type, ids in wanted for pk in ids}
    needs = zip(requirements, wanted, strict=True)
    ranks = {pk: all_ids[pk] for (_type, all_ids), (_same, ids) in needs for pk in ids}
    fair = query.policy.selection == BookingPolicy.Selection.FAIR
    return Search(
        zone=zone,
        business_hours=hours.business,
        service_hours=hours.services.get(query.service.pk),
        resources=_facts(resource_ids, ranks=ranks, hours=hours, busy=busy, zone=zone, fair=fair),
        requirements=tuple(
            Requirement(type_id=type_id, resource_ids=tuple(ids)) for type_id, ids in wanted
        ),
        shape=shape_of(query=query),
        limits=_limits_of(query, now=now, zone=zone),
        location_id=query.location.pk if query.location else None,
        selection=Selection(query.policy.selection),
    )


def shape_of(*, query: SlotQuery) -> Shape:
    """Return length, step and buffers in seconds; the step falls back to the business's."""
    service = query.service
    step = service.slot_step_minutes or service.business.slot_step_minutes
    return Shape(
        duration=query.duration_minutes * MINUTE,
        step=step * MINUTE,
        buffer_before=service.buffer_before_minutes * MINUTE,
        buffer_after=service.buffer_after_minutes * MINUTE,
    )


def _limits_of(query: SlotQuery, *, now: datetime, zone: ZoneInfo) -> Limits:
    policy = query.policy
    if query.ignores_limits:
        return Limits()
    return compute_limits(
        now=int(now.timestamp()),
        zone=zone,
        min_notice_minutes=policy.min_notice_minutes,
        max_advance_minutes=policy.max_advance_minutes,
        horizon_days=policy.horizon_days,
    )


def eligible_ids(
    requirements: Requirements, *, primary_id: int | None
) -> list[tuple[int, list[int]]]:
    """Return (type id, resource ids) of each requirement, the first one cut to primary_id."""
    if primary_id is None or not requirements:
        return [(type_id, sorted(ids)) for type_id, ids in requirements]
    (first_id, able), *others = requirements
    primary = [primary_id] if primary_id in able else []
    return [(first_id, primary), *((type_id, sorted(ids)) for type_id, ids in others)]


def _read_busy(
    resource_ids: Collection[int],
    *,
    zones: Collection[ZoneInfo],
    first: date,
    last: date,
    own_session_id: int | None,
    now: datetime,
) -> Busy:
    """The busy spans of each resource, sorted, without expired holds and the caller's session."""
    if not resource_ids:
        return {}
    day = timedelta(days=1)
    starts_at = min(day_bounds(zone, first - day)[0] for zone in zones)
    ends_at = max(day_bounds(zone, last + day)[1] for zone in zones)
    span = Span.from_seconds((starts_at, ends_at))
    busy: dict[int, list[Seconds]] = {pk: [] for pk in resource_ids}
    for resource_id, start, end in read_busy_spans(
        resource_ids=resource_ids, span=span, besides=own_session_id, now=now
    ):
        busy[resource_id].append((start, end))
    for spans in busy.values():
        spans.sort()
    return busy


def _facts(
    resource_ids: Collection[int],
    *,
    ranks: Mapping[int, int],
    hours: HoursBook,
    busy: Busy,
    zone: ZoneInfo,
    fair: bool,
) -> dict[int, ResourceFacts]:
    return {
        pk: ResourceFacts(
            resource_id=pk,
            hours=hours.resources.get(pk),
            busy=tuple(busy.get(pk, ())),
            rank=ranks[pk],
            booked_that_day=_count_by_day(busy.get(pk, ()), zone) if fair else {},
        )
        for pk in resource_ids
    }


def _count_by_day(spans: Collection[tuple[int, int]], zone: ZoneInfo) -> dict[date, int]:
    counts: dict[date, int] = defaultdict(int)
    for start, _end in spans:
        counts[datetime.fromtimestamp(start, zone).date()] += 1
    return counts
