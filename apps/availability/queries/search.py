"""Load rows, build the engine's inputs: six queries whatever the staff, days and bookings."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from apps.availability.engine.inputs import (
    Limits,
    Requirement,
    ResourceFacts,
    Search,
    Selection,
    Shape,
)
from apps.availability.engine.limits import compute_limits
from apps.availability.engine.zones import day_bounds
from apps.availability.queries.busy import find_busy_rows
from apps.availability.queries.hours import HoursOf, load_hours
from apps.businesses.models import Location
from apps.catalog.models import BookingPolicy, Resource, Service, ServiceRequirement

MINUTE = 60


@dataclass(frozen=True, slots=True)
class SlotQuery:
    """What somebody wants to book, before any time is named. Lengths are elapsed minutes."""

    service: Service
    policy: BookingPolicy
    duration_minutes: int
    location: Location | None = None
    primary_id: int | None = None
    own_session_id: int | None = None
    ignores_limits: bool = False


def zone_of(*, service: Service, location: Location | None) -> ZoneInfo:
    """Return the zone of the venue: the location's own, else the business's (R102)."""
    if location is not None and location.time_zone:
        return ZoneInfo(location.time_zone)
    return service.business.zone


def load_search(*, query: SlotQuery, first: date, last: date, now: datetime) -> Search:
    """Build the engine's input for the local dates first..last (inclusive) in six queries.

    Expired holds and the session of the caller's own draft are left out of the busy spans.
    """
    service = query.service
    zone = zone_of(service=service, location=query.location)
    requirements = _load_requirements(service)
    wanted = _eligible_ids(requirements, primary_id=query.primary_id)
    resource_ids = {pk for _type, ids in wanted for pk in ids}
    hours = load_hours(service=service, resource_ids=resource_ids, first=first, last=last)
    day = timedelta(days=1)
    window = (day_bounds(zone, first - day)[0], day_bounds(zone, last + day)[1])
    busy = _load_busy(resource_ids, window=window, query=query, now=now)
    ranks = {pk: rank for _type, ids in requirements for pk, rank in ids.items()}
    fair = query.policy.selection == BookingPolicy.Selection.FAIR
    return Search(
        zone=zone,
        business_hours=hours.business,
        service_hours=hours.service,
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


def _load_requirements(service: Service) -> list[tuple[int, dict[int, int]]]:
    """Return (type id, {resource id: rank}) in the order of the requirements."""
    requirements = list(
        ServiceRequirement.objects.filter(service=service).values_list("pk", "resource_type_id")
    )
    eligible: dict[int, set[int]] = defaultdict(set)
    links = ServiceRequirement.eligible.through.objects.filter(servicerequirement__service=service)
    for requirement_id, resource_id in links.values_list("servicerequirement_id", "resource_id"):
        eligible[requirement_id].add(resource_id)
    types = [type_id for _pk, type_id in requirements]
    rows = list(
        Resource.objects.filter(type_id__in=types, active=True).values_list("pk", "type_id", "rank")
    )
    return [
        (
            type_id,
            {
                resource_id: rank
                for resource_id, of_type, rank in rows
                if of_type == type_id and (pk not in eligible or resource_id in eligible[pk])
            },
        )
        for pk, type_id in requirements
    ]


def _eligible_ids(
    requirements: list[tuple[int, dict[int, int]]], *, primary_id: int | None
) -> list[tuple[int, list[int]]]:
    wanted = [(type_id, sorted(ids)) for type_id, ids in requirements]
    if primary_id is not None and wanted:
        type_id, ids = wanted[0]
        wanted[0] = (type_id, [pk for pk in ids if pk == primary_id])
    return wanted


def _load_busy(
    resource_ids: Collection[int], *, window: tuple[int, int], query: SlotQuery, now: datetime
) -> Mapping[int, list[tuple[int, int]]]:
    at = int(now.timestamp())
    busy: dict[int, list[tuple[int, int]]] = defaultdict(list)
    if not resource_ids:
        return busy
    for row in find_busy_rows(resource_ids=resource_ids, starts_at=window[0], ends_at=window[1]):
        if row.session_id != query.own_session_id and row.blocks(now=at):
            busy[row.resource_id].append((row.starts_at, row.ends_at))
    for spans in busy.values():
        spans.sort()
    return busy


def _facts(
    resource_ids: Collection[int],
    *,
    ranks: Mapping[int, int],
    hours: HoursOf,
    busy: Mapping[int, list[tuple[int, int]]],
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
