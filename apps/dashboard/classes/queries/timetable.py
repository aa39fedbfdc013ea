"""Classes and courses: as lines of the day, by the week with those that were cancelled, and the
dates of a series before it is written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from apps.availability.engine.series import SeriesRule
from apps.availability.engine.zones import Resolution, day_bounds
from apps.availability.models import CourseRun, Session
from apps.availability.operations import SessionFacts
from apps.availability.queries.crew import Crew, find_crews
from apps.availability.queries.scheduling import preview_sessions, schedule_series
from apps.bookings.models import Booking
from apps.catalog.models import Service
from apps.dashboard.access import Access
from apps.dashboard.frame.queries.fits import Obstacle, in_names
from apps.dashboard.frame.queries.rota import load_team
from apps.dashboard.frame.queries.rows import BookingRow, instant, touching, zone_there

TOGETHER = (Session.Kind.CLASS, Session.Kind.COURSE)
MAX_ROWS = 1000


def list_session_rows_on(*, access: Access, first: date, last: date) -> list[BookingRow]:
    """List the sessions that take place on the dates first..last (inclusive): those that start on
    them, and those that go on from the day before; in two queries. The places are those of the run
    for a course."""
    zone = access.business.zone
    sessions = Session.objects.filter(
        business_id=access.business.pk,
        kind__in=TOGETHER,
        state=Session.State.SCHEDULED,
        **touching(day_bounds(zone, first)[0], day_bounds(zone, last)[1]),
    )
    if access.own_resource_ids is not None:
        sessions = sessions.filter(occupancies__resource_id__in=access.own_resource_ids).distinct()
    named = sessions.select_related("service__category", "course_run", "location")
    found = list(named.order_by("starts_at", "pk")[:MAX_ROWS])
    crews = find_crews(session_ids=[it.pk for it in found])
    return [_row(it, crews.get(it.pk, Crew())) for it in found]


def merged(rows: Sequence[BookingRow], others: Sequence[BookingRow]) -> list[BookingRow]:
    """Both in order of their start."""
    return sorted((*rows, *others), key=lambda row: row.starts_at)


def _row(session: Session, crew: Crew) -> BookingRow:
    counted, service = session.course_run or session, session.service
    places = {"taken": counted.seats_taken, "capacity": counted.capacity}
    return BookingRow(
        reference="",
        status=Booking.Status.CONFIRMED,
        revision=session.revision,
        customer_name=service.name if service else "",
        service_name=_("%(taken)s of %(capacity)s") % places,
        resource_id=crew.lead_id,
        staff_name=crew.people[0] if crew.people else "",
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        answer_by=None,
        double_booked=False,
        price=None,
        hue=service.hue if service else "",
        category=service.category.name if service and service.category else "",
        session_id=session.pk,
        there=zone_there(session.location),
    )


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
    lines = [_session_line(it, crews, now=now) for it in seen]
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


def _session_line(session: Session, crews: dict[int, Crew], *, now: datetime) -> SessionLine:
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


@dataclass(frozen=True, slots=True)
class SeriesDate:
    """resolution: how the wall time was found on that date, where the clocks change (rule T5)."""

    starts_at: datetime
    ends_at: datetime
    resolution: Resolution
    obstacles: tuple[Obstacle, ...]

    @property
    def is_moved(self) -> bool:
        """Whether that date has no such time, or two of them."""
        return self.resolution is not Resolution.EXACT


def preview_series(
    *, rule: SeriesRule, facts: SessionFacts, skip_closed: bool, now: datetime
) -> list[SeriesDate]:
    """Look at every date without a lock.

    Raises:
        NoEnd, TooManyDates, NoDates: see ``series_dates``.
    """
    service, location = facts.service, facts.location
    proposals = schedule_series(
        rule=rule, service=service, location=location, skip_closed=skip_closed
    )
    found = preview_sessions(
        service=service,
        location=location,
        resource_ids=facts.resource_ids,
        proposals=proposals,
        now=now,
    )
    team = load_team(business_id=service.business_id)
    return [
        SeriesDate(
            starts_at=it.proposal.starts_at,
            ends_at=it.proposal.ends_at,
            resolution=it.proposal.resolution,
            obstacles=in_names(it.reasons, team=team),
        )
        for it in found
    ]
