"""Who works when, by name, and what takes their time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo

from django.db.models import Q

from apps.availability.engine.free import Opening, OpeningHours
from apps.availability.engine.inputs import Search, Shape
from apps.availability.engine.zones import day_bounds
from apps.availability.models import Occupancy
from apps.availability.queries.timeline import BusyRow, HoursBook, busy_rows_of, load_hours_book
from apps.businesses.models import Business, Clock
from apps.businesses.queries import list_places
from apps.catalog.models import Resource, Service
from apps.kernel.spans import Seconds, Span, Spans, intersect, merge, subtract


@dataclass(frozen=True, slots=True)
class TeamResource:
    """A person, room or machine; name is the short one people are called by."""

    resource_id: int
    type_id: int
    name: str
    full_name: str
    rank: int
    is_staff: bool


Team = Mapping[int, TeamResource]


def load_team(*, business_id: int) -> Team:
    """Return every active resource of the business by id, in the owner's order; one query."""
    rows = (
        Resource.objects.filter(business_id=business_id, active=True)
        .order_by("rank", "pk")
        .values_list(
            "pk", "type_id", "name", "rank", "staff_member__name", "staff_member__short_name"
        )
    )
    return {
        pk: TeamResource(
            resource_id=pk,
            type_id=type_id,
            name=short_name or name,
            full_name=full_name or name,
            rank=rank,
            is_staff=full_name is not None,
        )
        for pk, type_id, name, rank, full_name, short_name in rows
    }


AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Workplace:
    """By which clock hours are read at a place; location_id None is any place."""

    zone: ZoneInfo
    location_id: int | None = None


@dataclass(frozen=True, slots=True)
class Rota:
    """Team, hours and what occupies them; spans are Unix seconds, dates are the business's.

    Hours are read by the clock of the place they are worked at. Where several places keep several
    clocks, somebody works whenever they would at one of them, which is when they can be booked.
    """

    zone: ZoneInfo
    team: Team
    hours: HoursBook
    busy: Mapping[int, tuple[BusyRow, ...]]
    workplaces: tuple[Workplace, ...]

    def open_spans(self, resource_id: int, on: date) -> Spans:
        """When this resource works on a date, holidays and special hours included."""
        found = merge(span for it in self._openings(resource_id, on) for span in it.spans)
        return intersect(found, (day_bounds(self.zone, on),))

    def shift(self, resource_id: int, on: date) -> Seconds | None:
        """From the first to the last minute of the hours that begin on a date: a night belongs to
        its evening, whole."""
        low, high = day_bounds(self.zone, on)
        windows = (window for it in self._openings(resource_id, on) for window in it.windows)
        begun = [(it.start, it.end) for it in windows if low <= it.start < high]
        return (min(begun)[0], max(end for _start, end in begun)) if begun else None

    def _openings(self, resource_id: int, on: date) -> Iterator[Opening]:
        for workplace in self.workplaces:
            yield self._opening(resource_id, day_bounds(self.zone, on), at=workplace)

    def _opening(self, resource_id: int, around: Seconds, *, at: Workplace) -> Opening:
        search = Search(
            zone=at.zone,
            business_hours=self.hours.business,
            resources={},
            requirements=(),
            shape=Shape(duration=1, step=1),
            location_id=at.location_id,
        )
        return OpeningHours(search, *around).of(self.hours.resources.get(resource_id))

    def free_around(
        self, resource_id: int, span: Seconds, *, at: Workplace, without: int | None = None
    ) -> Seconds | None:
        """The working time around a span that nothing takes, by the clock of one place alone; None
        where the span itself is not all of it. Beyond an hour on either side of the dates that were
        loaded something may be there."""
        taken = merge(self.taken(resource_id, without=without))
        free = subtract(self._opening(resource_id, span, at=at).spans, taken)
        return next((it for it in free if it[0] <= span[0] and span[1] <= it[1]), None)

    def free_spans(self, resource_id: int, on: date, *, without: int | None = None) -> Spans:
        """Working time that nothing takes; without leaves one session out of what is taken."""
        taken = merge(self.taken(resource_id, without=without))
        return subtract(self.open_spans(resource_id, on), taken)

    def taken(self, resource_id: int, *, without: int | None = None) -> list[Seconds]:
        """The occupied spans of a resource sorted by start, buffers included."""
        rows = self.busy.get(resource_id, ())
        return sorted((row.starts_at, row.ends_at) for row in rows if row.session_id != without)


def load_rota(*, business: Business, dates: Iterable[date], now: datetime) -> Rota:
    """Load the rota around some dates of the business's clock in five queries, six where a place
    keeps another clock."""
    days = sorted(set(dates))
    team = load_team(business_id=business.pk)
    hours = load_hours_book(business=business, first=days[0], last=days[-1])
    busy = _load_busy(team, days, zone=business.zone, now=now)
    workplaces = _load_workplaces(business)
    return Rota(zone=business.zone, team=team, hours=hours, busy=busy, workplaces=workplaces)


def _load_workplaces(business: Business) -> tuple[Workplace, ...]:
    """Each place by its own clock, where any of them keeps another one than the business; beside
    them the business's own, where something takes place at none of them."""
    no_place = Workplace(business.zone)
    workplaces = tuple(
        Workplace(Clock(business, it).zone, it.pk) for it in list_places(business=business)
    )
    if all(it.zone == business.zone for it in workplaces):
        return (no_place,)
    return (*workplaces, no_place) if _has_services_without_a_place(business) else workplaces


def _has_services_without_a_place(business: Business) -> bool:
    """Whether something is online, at the customer's, or nowhere yet."""
    nowhere = Q(online=True) | Q(home_visit=True) | Q(locations=None)
    return Service.objects.filter(nowhere, business=business, retired_at=None).exists()


def _load_busy(
    team: Team, days: list[date], *, zone: ZoneInfo, now: datetime
) -> Mapping[int, tuple[BusyRow, ...]]:
    """One query for all days, each by the index on (resource, ends_at, starts_at)."""
    rows = Occupancy.objects.filter(resource_id__in=list(team)).live(now)
    around = (Span.from_seconds(day_bounds(zone, on)) for on in days)
    near = (rows.touching(Span(it.start - AN_HOUR, it.end + AN_HOUR)) for it in around)
    busy: dict[int, list[BusyRow]] = defaultdict(list)
    for row in busy_rows_of(reduce(or_, near, Occupancy.objects.none())):
        busy[row.resource_id].append(row)
    return {resource_id: tuple(found) for resource_id, found in busy.items()}
