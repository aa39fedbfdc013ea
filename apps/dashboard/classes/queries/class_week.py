"""The classes of a week for the team, cancelled ones too."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef

from apps.availability.engine.zones import day_bounds
from apps.availability.models import CourseRun, Session
from apps.availability.queries.crew import Crew, find_crews
from apps.catalog.models import Service
from apps.dashboard.access import Access
from apps.dashboard.classes.queries.sessions import TOGETHER
from apps.dashboard.frame.queries.rows import instant, touching, zone_there

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class SessionLine:
    """there is the zone of a place with a clock of its own, "" where it is the business's."""

    pk: int
    starts_at: datetime
    ends_at: datetime
    name: str
    crew: str
    taken: int
    capacity: int
    is_canceled: bool
    is_over: bool
    there: str
    since_at: datetime | None = None
    """When it began, where it goes on from the day before."""


@dataclass(frozen=True, slots=True)
class ClassWeek:
    first: date
    last: date
    days: tuple[tuple[date, tuple[SessionLine, ...]], ...]
    idle_courses: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many there are; one that goes on past midnight counts once."""
        return len({line.pk for _on, lines in self.days for line in lines})


def get_class_week(*, access: Access, first: date, now: datetime) -> ClassWeek:
    """Read the week from its first day on, in three queries; staff see what they teach."""
    zone, last = access.business.zone, first + WEEK - timedelta(days=1)
    sessions = Session.objects.filter(
        business_id=access.business.pk,
        kind__in=TOGETHER,
        **touching(day_bounds(zone, first)[0], day_bounds(zone, last)[1]),
    )
    told = sessions.select_related("service", "course_run", "location")
    found = list(told.order_by("starts_at", "pk"))
    crews = find_crews(session_ids=[it.pk for it in found])
    seen = [it for it in found if _sees(access, crews.get(it.pk, Crew()))]
    lines = [_line(it, crews, now=now) for it in seen]
    dates = [first + timedelta(days=offset) for offset in range(7)]
    return ClassWeek(
        first,
        last,
        tuple((on, _lines_on(on, lines, zone=zone)) for on in dates),
        idle_courses=_idle_courses(access, now=now),
    )


def _lines_on(on: date, lines: Sequence[SessionLine], *, zone: ZoneInfo) -> tuple[SessionLine, ...]:
    """What starts on a date, behind what goes on from the day before."""
    low, high = (instant(edge) for edge in day_bounds(zone, on))
    return tuple(
        line if line.starts_at >= low else replace(line, since_at=line.starts_at)
        for line in lines
        if line.starts_at < high and line.ends_at > low
    )


def _idle_courses(access: Access, *, now: datetime) -> tuple[str, ...]:
    """Courses on offer that nobody can book, because no run of theirs has dates to come."""
    open_runs = CourseRun.objects.filter(
        service=OuterRef("pk"), state=CourseRun.State.OPEN, ends_at__gt=now
    )
    courses = Service.objects.filter(
        ~Exists(open_runs),
        business_id=access.business.pk,
        kind=Service.Kind.COURSE,
        retired_at=None,
        hidden=False,
    )
    return tuple(courses.order_by("position", "pk").values_list("name", flat=True))


def _sees(access: Access, crew: Crew) -> bool:
    return access.own_resource_ids is None or bool(access.own_resource_ids & set(crew.resource_ids))


def _line(session: Session, crews: dict[int, Crew], *, now: datetime) -> SessionLine:
    counted = session.course_run or session
    return SessionLine(
        pk=session.pk,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        name=session.service.name if session.service else "",
        crew=crews.get(session.pk, Crew()).words,
        taken=counted.seats_taken,
        capacity=counted.capacity,
        is_canceled=session.state == Session.State.CANCELED,
        is_over=session.ends_at <= now,
        there=zone_there(session.location),
    )
