"""What a series would look like before it is saved: dates with their problems."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from apps.availability.engine.inputs import Search
from apps.availability.engine.reasons import Reason, why_not_fit
from apps.availability.engine.series import SeriesRule, occurrences, series_dates
from apps.availability.engine.zones import Resolution
from apps.availability.queries.search import SlotQuery, load_search
from apps.availability.queries.timeline import load_hours
from apps.businesses.models import Location
from apps.catalog.models import BookingPolicy, Resource, Service
from apps.catalog.queries.offered import zone_of


@dataclass(frozen=True, slots=True)
class ProposedSession:
    """One session to be: Unix seconds, and how its start was found when clocks change (rule T5)."""

    start: int
    end: int
    resolution: Resolution = Resolution.EXACT

    @property
    def starts_at(self) -> datetime:
        return datetime.fromtimestamp(self.start, UTC)

    @property
    def ends_at(self) -> datetime:
        return datetime.fromtimestamp(self.end, UTC)


@dataclass(frozen=True, slots=True)
class PreviewedSession:
    """A proposed session with what is in its way, most specific first; empty when it fits."""

    proposal: ProposedSession
    reasons: tuple[Reason, ...]


def schedule_series(
    *, rule: SeriesRule, service: Service, location: Location | None, skip_closed: bool
) -> list[ProposedSession]:
    """Turn a rule into sessions at the same wall time of the venue, without closed days if asked.

    Raises:
        NoEnd, TooManyDates, NoDates: see ``series_dates``.
    """
    closed: frozenset[date] = frozenset()
    if skip_closed:
        closed = find_closed_dates(service=service, rule=rule, location=location)
    zone = zone_of(service=service, location=location)
    found = occurrences(
        zone=zone,
        dates=series_dates(rule, closed=closed),
        at=rule.at,
        duration=rule.duration_minutes * 60,
    )
    return [ProposedSession(it.start, it.end, it.resolution) for it in found]


def find_closed_dates(
    *, service: Service, rule: SeriesRule, location: Location | None
) -> frozenset[date]:
    """Return the dates on which the business is closed by an exception, a year past its end.

    A closing of another location than the one asked for closes nothing here.
    """
    last = rule.until_on or rule.first_on + timedelta(
        weeks=rule.every_weeks * (rule.count or 1) + 52
    )
    hours = load_hours(business=service.business, first=rule.first_on, last=last)
    places = {None, location.pk if location else None}
    return frozenset(
        it.on for it in hours.business.exceptions if not it.ranges and it.location_id in places
    )


def preview_sessions(
    *,
    service: Service,
    location: Location | None,
    resource_ids: Collection[int],
    proposals: Collection[ProposedSession],
    now: datetime,
) -> list[PreviewedSession]:
    """Look at every proposal without a lock and say what is in its way."""
    if not proposals:
        return []
    search = load_schedule_search(
        service=service, location=location, resource_ids=resource_ids, proposals=proposals, now=now
    )
    ids = tuple(sorted(resource_ids))
    return [
        PreviewedSession(proposal, why_not_fit(search, start=proposal.start, resource_ids=ids))
        for proposal in proposals
    ]


def load_schedule_search(
    *,
    service: Service,
    location: Location | None,
    resource_ids: Collection[int],
    proposals: Collection[ProposedSession],
    now: datetime,
) -> Search:
    """Load the hours and the busy spans of these resources for the whole span of the proposals."""
    zone = zone_of(service=service, location=location)
    starts = [datetime.fromtimestamp(proposal.start, zone).date() for proposal in proposals]
    kinds = dict(Resource.objects.filter(pk__in=resource_ids).values_list("pk", "type_id"))
    query = SlotQuery(
        service=service,
        policy=BookingPolicy(),
        duration_minutes=max((proposal.end - proposal.start) // 60 for proposal in proposals),
        location=location,
        requirements=[(kinds[pk], {pk: 0}) for pk in sorted(kinds)],
        ignores_limits=True,
    )
    return load_search(query=query, first=min(starts), last=max(starts), now=now)
