"""How many people have come together where some are needed, and what is to be decided (rule B16).

Together count: everybody of one session of a class, of one run of a course, and everybody who wants
an appointment of a service at one place on one day of it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from apps.availability.engine.zones import day_bounds
from apps.availability.models import CourseRun, DecidedDay, Session
from apps.bookings.deadlines import decides_at
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.queries.requests import is_for_people
from apps.bookings.states import UNDO_WINDOW
from apps.businesses.models import Location
from apps.catalog.models import Service
from apps.catalog.queries import zone_of

BY: dict[type[Model], str] = {Session: "session", CourseRun: "course_run"}
T = TypeVar("T", Session, CourseRun)
Day = tuple[int, int | None, date | None]
"""A service, a place and a date of it."""
LIVE = (Booking.Status.PENDING, Booking.Status.CONFIRMED)
COUNTED = ("service_id", "location_id", "starts_at", "status", "party_size")
CONFIRMED = Q(status=Booking.Status.CONFIRMED)
DECIDED = Q(decided_at__isnull=False)


@dataclass(frozen=True, slots=True)
class Progress:
    """people of minimum so far; is_settled once somebody is confirmed for good: it takes place.
    is_decided: the team said that it does, however few come, and so it stays settled when all have
    left."""

    people: int
    minimum: int
    decides_at: datetime
    is_settled: bool
    is_decided: bool

    @property
    def missing(self) -> int:
        return max(0, self.minimum - self.people)


@dataclass(frozen=True, slots=True)
class MinimumGroup:
    """Bookings that count together, and when what they are for begins (UTC): the first session, or
    the day of an appointment, which is the date on of the venue at location."""

    service: Service
    members: Q
    starts_at: datetime
    ends_at: datetime | None = None
    on: date | None = None
    location: Location | None = None
    session_id: int | None = None
    run: CourseRun | None = None


def group_of_session(session: Session, service: Service) -> MinimumGroup:
    """The group of a session: its own people, all of the course it belongs to, or all of the day
    of an appointment."""
    if session.course_run is not None:
        return group_of_run(session.course_run, service)
    if session.kind == Session.Kind.APPOINTMENT:
        return _group_of_day_at(service, session.location, session.starts_at)
    members = Q(session_id=session.pk, kind=Service.Kind.CLASS)
    return MinimumGroup(service, members, session.starts_at, session_id=session.pk)


def group_of_run(run: CourseRun, service: Service) -> MinimumGroup:
    """The group of a run of a course."""
    return MinimumGroup(service, Q(course_run_id=run.pk), run.starts_at, run=run)


def group_of_day(service: Service, on: date, location: Location | None) -> MinimumGroup:
    """The group of those who want this service at a place, or at none of ours, on a day of it."""
    zone = zone_of(service=service, location=location)
    start, end = (datetime.fromtimestamp(edge, UTC) for edge in day_bounds(zone, on))
    members = Q(
        business_id=service.business_id,
        service=service,
        location=location,
        starts_at__gte=start,
        starts_at__lt=end,
    )
    return MinimumGroup(service, members, start, ends_at=end, on=on, location=location)


def _group_of_day_at(
    service: Service, location: Location | None, starts_at: datetime
) -> MinimumGroup:
    zone = zone_of(service=service, location=location)
    return group_of_day(service, starts_at.astimezone(zone).date(), location)


def group_of(booking: Booking, service: Service) -> MinimumGroup | None:
    """The group a booking counts in, None where no minimum is needed."""
    if not service.min_participants:
        return None
    if booking.course_run is not None:
        return group_of_run(booking.course_run, service)
    if booking.kind == Service.Kind.APPOINTMENT:
        return _group_of_day_at(service, booking.location, booking.starts_at)
    return group_of_session(booking.session, service) if booking.session else None


def group_at(booking: Booking, starts_at: datetime) -> MinimumGroup | None:
    """The same at a start (UTC) that is not written yet."""
    service = booking.service
    if booking.kind != Service.Kind.APPOINTMENT or not service.min_participants:
        return group_of(booking, service)
    return _group_of_day_at(service, booking.location, starts_at)


def is_answered_anew(now: datetime) -> Exists:
    """Of bookings: the team answered in the last seconds, and may take that back (rule B11)."""
    answers = BookingEvent.objects.filter(
        booking=OuterRef("pk"),
        action__in=(BookingEvent.Action.CONFIRMED, BookingEvent.Action.DECLINED),
        actor=BookingEvent.Actor.TEAM,
        at__gt=now - UNDO_WINDOW,
    )
    return Exists(answers)


def _for_good(now: datetime) -> Q:
    """Of bookings: confirmed, and not by a tap that may still be taken back."""
    return CONFIRMED & Q(~is_answered_anew(now))


def progress_of(
    group: MinimumGroup | None, *, besides: Booking | None = None, now: datetime
) -> Progress | None:
    """How a group stands, None where no minimum is needed; two queries. besides is not counted."""
    if group is None or not group.service.min_participants:
        return None
    live = Booking.objects.filter(group.members, status__in=LIVE)
    if besides is not None:
        live = live.exclude(pk=besides.pk)
    counted = live.aggregate(
        people=Sum("party_size"), confirmed=Sum("party_size", filter=_for_good(now))
    )
    return _progress(
        group,
        people=counted["people"] or 0,
        confirmed=counted["confirmed"] or 0,
        is_decided=is_decided(group),
    )


def people_awaited(booking: Booking, *, now: datetime) -> Progress | None:
    """How those stand who count together with a booking, None where it does not wait for them: no
    minimum is needed, or it takes place and the team answers itself. Two queries."""
    progress = progress_of(group_of(booking, booking.service), now=now)
    is_with_team = not is_for_people(booking)
    return None if progress and progress.is_settled and is_with_team else progress


def is_decided(group: MinimumGroup) -> bool:
    """Whether the team said that it takes place, however few come; one query, so that under the
    lock of a class, a course or the people of a day the answer stays true."""
    if group.run is not None:
        return CourseRun.objects.filter(DECIDED, pk=group.run.pk).exists()
    if group.session_id is not None:
        return Session.objects.filter(DECIDED, pk=group.session_id).exists()
    days = DecidedDay.objects.filter(service=group.service, location=group.location)
    return group.on is not None and days.filter(on=group.on).exists()


def decided_by(group: MinimumGroup | None, *, people: int, now: datetime) -> datetime | None:
    """When so many who come now learn whether it takes place (UTC); None where that is decided, or
    is with them, or where nobody counts. Two queries, none without a minimum."""
    progress = progress_of(group, now=now)
    if progress is None or progress.is_settled or progress.missing <= people:
        return None
    return progress.decides_at


def lacking(
    target: Session | CourseRun,
    service: Service,
    *,
    besides: Booking | None = None,
    now: datetime,
) -> int:
    """How many people a class or a course still lacks before it takes place; 0 once that is
    decided, or where nobody counts. besides is not counted: it is about to go. Two queries, none
    without a minimum."""
    if not service.min_participants:
        return 0
    if isinstance(target, CourseRun):
        progress = progress_of(group_of_run(target, service), besides=besides, now=now)
    else:
        progress = progress_of(group_of_session(target, service), besides=besides, now=now)
    return 0 if progress is None or progress.is_settled else progress.missing


def enough_with(rows: QuerySet[T], service: Service, *, people: int, now: datetime) -> QuerySet[T]:
    """Of the sessions of a class, or the runs of a course, those that take place with so many who
    come: where ``lacking`` says no more than that."""
    if not service.min_participants:
        return rows
    of = BY[rows.model]
    live = Booking.objects.filter(**{of: OuterRef("pk")}, status__in=LIVE).order_by()
    counted = live.values(of).annotate(people=Sum("party_size")).values("people")
    come = rows.annotate(people=Coalesce(Subquery(counted), 0))
    is_enough = Q(people__gte=service.min_participants - people)
    return come.filter(is_enough | DECIDED | Exists(live.filter(_for_good(now))))


def progress_of_runs(
    *, runs: Collection[CourseRun], service: Service, now: datetime
) -> Mapping[int, Progress]:
    """The same of several runs of a course by their keys, in one query; empty without a minimum."""
    if not service.min_participants:
        return {}
    live = Booking.objects.filter(course_run__in=runs, status__in=LIVE).order_by()
    rows = live.values("course_run_id").annotate(
        people=Sum("party_size"), confirmed=Sum("party_size", filter=_for_good(now))
    )
    counted = {row["course_run_id"]: row for row in rows}
    found = {}
    for run in runs:
        row = counted.get(run.pk) or {"people": 0, "confirmed": 0}
        found[run.pk] = _progress(
            group_of_run(run, service),
            people=row["people"],
            confirmed=row["confirmed"] or 0,
            is_decided=run.decided_at is not None,
        )
    return found


def progress_of_days(bookings: Sequence[Booking], *, now: datetime) -> Mapping[int, Progress]:
    """How the days stand that these appointments ask for, by the booking's key; those without a
    minimum are left out. Two queries, none when no service needs one."""
    groups = {
        it.pk: group
        for it in bookings
        if it.kind == Service.Kind.APPOINTMENT and (group := group_of(it, it.service))
    }
    if not groups:
        return {}
    wanted = Q()
    for group in groups.values():
        wanted |= group.members
    rows = Booking.objects.filter(wanted, status__in=LIVE)
    live = list(rows.values(*COUNTED, is_fresh=is_answered_anew(now)))
    decided = _decided_days(groups.values())
    return {
        pk: _count(group, live, is_decided=_day_of(group) in decided)
        for pk, group in groups.items()
    }


def progress_of_sessions(bookings: Sequence[Booking], *, now: datetime) -> Mapping[int, Progress]:
    """The same of classes and courses that are asked for; the bookings come with both. One query,
    none when no service needs a minimum."""
    groups = {
        it.pk: group
        for it in bookings
        if it.kind != Service.Kind.APPOINTMENT and (group := group_of(it, it.service))
    }
    if not groups:
        return {}
    wanted = Q()
    for group in groups.values():
        wanted |= group.members
    rows = Booking.objects.filter(wanted, status__in=LIVE)
    live = list(
        rows.values("session_id", "course_run_id", *COUNTED, is_fresh=is_answered_anew(now))
    )
    found = {}
    for it in bookings:
        if it.pk in groups:
            of = "course_run_id" if it.course_run_id else "session_id"
            mine = [row for row in live if row[of] == getattr(it, of)]
            target = it.course_run or it.session
            is_decided = target is not None and target.decided_at is not None
            found[it.pk] = _counted(groups[it.pk], mine, is_decided=is_decided)
    return found


def starts_with_enough(
    booking: Booking, starts: Sequence[datetime], *, now: datetime
) -> list[datetime]:
    """Those of these starts (UTC) to which an appointment may go: what is confirmed goes only to a
    day of which it is decided that it takes place, or is with these people (rule B31). Its own day
    is where it is. Two queries, none where nobody counts."""
    groups = {at: group for at in starts if (group := group_at(booking, at))}
    own = group_of(booking, booking.service)
    if booking.status != Booking.Status.CONFIRMED or own is None or not groups:
        return list(starts)
    first, last = min(groups.values(), key=_begins), max(groups.values(), key=_begins)
    rows = Booking.objects.filter(
        service=booking.service_id,
        starts_at__gte=first.starts_at,
        starts_at__lt=last.ends_at,
        status__in=LIVE,
    ).exclude(pk=booking.pk)
    live = list(rows.values(*COUNTED, is_fresh=is_answered_anew(now)))
    decided = _decided_days(groups.values())
    found = {
        group.on: _count(group, live, is_decided=_day_of(group) in decided)
        for group in groups.values()
    }
    return [
        at
        for at, group in groups.items()
        if group.on == own.on
        or found[group.on].is_settled
        or found[group.on].missing <= booking.party_size
    ]


def _begins(group: MinimumGroup) -> datetime:
    return group.starts_at


def _decided_days(groups: Collection[MinimumGroup]) -> set[Day]:
    rows = DecidedDay.objects.filter(
        service__in={it.service.pk for it in groups}, on__in={it.on for it in groups if it.on}
    )
    return set(rows.values_list("service_id", "location_id", "on"))


def _day_of(group: MinimumGroup) -> Day:
    return group.service.pk, group.location.pk if group.location else None, group.on


def _count(group: MinimumGroup, live: Sequence[Mapping[str, Any]], *, is_decided: bool) -> Progress:
    mine = [
        it
        for it in live
        if _day_of(group)[:2] == (it["service_id"], it["location_id"])
        and group.starts_at <= it["starts_at"]
        and (group.ends_at is None or it["starts_at"] < group.ends_at)
    ]
    return _counted(group, mine, is_decided=is_decided)


def _counted(
    group: MinimumGroup, mine: Sequence[Mapping[str, Any]], *, is_decided: bool
) -> Progress:
    confirmed = sum(it["status"] == Booking.Status.CONFIRMED and not it["is_fresh"] for it in mine)
    people = sum(it["party_size"] for it in mine)
    return _progress(group, people=people, confirmed=confirmed, is_decided=is_decided)


def _progress(group: MinimumGroup, *, people: int, confirmed: int, is_decided: bool) -> Progress:
    return Progress(
        people=people,
        minimum=group.service.min_participants,
        decides_at=decides_at(
            starts_at=group.starts_at, minutes_before=group.service.decide_before_minutes
        ),
        is_settled=is_decided or confirmed > 0,
        is_decided=is_decided,
    )
