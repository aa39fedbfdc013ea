"""When somebody is there for what they booked: on each date of a course, not in between."""

from collections.abc import Iterable, Sequence

from apps.availability.models import CourseRun, Session
from apps.bookings.models import Booking
from apps.bookings.plan_uses import Span


def times_of(booked: Sequence[Booking]) -> list[Span]:
    """From when to when these bookings are (UTC), the soonest first; one query where a course is
    among them, none otherwise."""
    runs = [it.course_run_id for it in booked if it.course_run_id is not None]
    single = [(it.starts_at, it.ends_at) for it in booked if it.course_run_id is None]
    return sorted([*single, *_dates(runs)])


def times_at(target: Session | CourseRun) -> list[Span]:
    """The same of a session, or of a run of a course."""
    if isinstance(target, CourseRun):
        return _dates([target.pk])
    return [(target.starts_at, target.ends_at)]


def _dates(runs: Iterable[int]) -> list[Span]:
    ids = list(runs)
    if not ids:
        return []
    dates = Session.objects.filter(course_run__in=ids, state=Session.State.SCHEDULED)
    return list(dates.order_by("starts_at", "pk").values_list("starts_at", "ends_at"))
