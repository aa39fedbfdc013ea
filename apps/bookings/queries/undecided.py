"""Which classes, courses and days of appointments wait to be decided (rule B16)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from apps.availability.models import CourseRun, Session
from apps.bookings.models import Booking
from apps.bookings.queries.minimum import (
    DECIDED,
    LIVE,
    MinimumGroup,
    group_of,
    group_of_day,
    group_of_run,
    group_of_session,
)
from apps.businesses.models import Location
from apps.catalog.models import Service


def read_again(group: MinimumGroup) -> MinimumGroup | None:
    """A group that was read before, as it is now: another start, another minimum. None where it is
    called off, needs nobody any more, or its day has other bounds since the clock there changed.
    To be asked under the lock of its people; at most three queries."""
    service = Service.objects.select_related("business").get(pk=group.service.pk)
    if not service.min_participants:
        return None
    if group.run is not None:
        run = CourseRun.objects.filter(pk=group.run.pk, state=CourseRun.State.OPEN).first()
        return group_of_run(run, service) if run is not None else None
    if group.session_id is not None:
        sessions = Session.objects.filter(state=Session.State.SCHEDULED)
        session = sessions.filter(pk=group.session_id).first()
        return group_of_session(session, service) if session is not None else None
    return _same_day(group, service)


def _same_day(group: MinimumGroup, service: Service) -> MinimumGroup | None:
    if group.on is None:
        return None
    places = Location.objects.select_related("business")
    place = places.get(pk=group.location.pk) if group.location else None
    again = group_of_day(service, group.on, place)
    return again if again.starts_at == group.starts_at and again.ends_at == group.ends_at else None


def starts_now(group: MinimumGroup) -> datetime | None:
    """When what a group comes to starts (UTC), as it is stored at this moment; one query."""
    if group.run is not None:
        return CourseRun.objects.values_list("starts_at", flat=True).get(pk=group.run.pk)
    sessions = Session.objects.filter(pk=group.session_id or 0)
    return sessions.values_list("starts_at", flat=True).first()


def find_undecided(*, now: datetime) -> list[MinimumGroup]:
    """The groups that wait for more people, those of which nobody has come yet only when their
    time to be decided has come. Whoever waits is told also when nobody looked until the start
    (rule B29)."""
    waiting = (
        Booking.objects.select_related("service__business", "session", "course_run", "location")
        .filter(status=Booking.Status.PENDING, service__min_participants__gt=0)
        .order_by("pk")
    )
    groups: dict[tuple[str, int, str], MinimumGroup] = {}
    for booking in waiting:
        group = group_of(booking, booking.service)
        if group is not None:
            groups.setdefault(_key(booking), group)
    return [*groups.values(), *_without_people(now=now)]


def _without_people(*, now: datetime) -> Iterator[MinimumGroup]:
    """Classes and courses that are due to be decided and have nobody: who books late is alone. Not
    those of which the team has decided that they take place."""
    services = Service.objects.filter(min_participants__gt=0, retired_at=None)
    due = Q(pk__in=())
    for pk, minutes in services.values_list("pk", "decide_before_minutes"):
        due |= Q(service_id=pk, starts_at__lte=now + timedelta(minutes=minutes))
    if not due.children[1:]:
        return
    live = Booking.objects.filter(status__in=LIVE)
    sessions = Session.objects.filter(
        due,
        ~DECIDED,
        ~Exists(live.filter(session=OuterRef("pk"))),
        kind=Session.Kind.CLASS,
        state=Session.State.SCHEDULED,
        ends_at__gt=now,
    )
    runs = CourseRun.objects.filter(
        due,
        ~DECIDED,
        ~Exists(live.filter(course_run=OuterRef("pk"))),
        state=CourseRun.State.OPEN,
        starts_at__gt=now,
    )
    for session in sessions.select_related("service"):
        if session.service is not None:
            yield group_of_session(session, session.service)
    for run in runs.select_related("service"):
        yield group_of_run(run, run.service)


def _key(booking: Booking) -> tuple[str, int, str]:
    if booking.kind == Service.Kind.APPOINTMENT:
        on = booking.wall_time[: len("2026-11-26")]
        return booking.kind, booking.service_id, f"{on} {booking.location_id}"
    return booking.kind, booking.course_run_id or booking.session_id or 0, ""
