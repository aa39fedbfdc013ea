"""How many wait in front of a full class or course, and whether anybody may."""

from collections.abc import Collection, Mapping, Sequence

from django.db.models import Count, Q, QuerySet

from apps.availability.models import CourseRun, Session
from apps.bookings.models import WaitlistEntry
from apps.catalog.models import Service

State = WaitlistEntry.State
IN_LINE = (State.WAITING, State.OFFERED)


def line_of(
    target: Session | CourseRun, *, states: Sequence[str] = IN_LINE
) -> QuerySet[WaitlistEntry]:
    """The entries that wait for this session or run, in no order."""
    is_session = isinstance(target, Session)
    here = Q(session_id=target.pk) if is_session else Q(course_run_id=target.pk)
    return WaitlistEntry.objects.filter(here, state__in=states)


def has_line(service: Service) -> bool:
    """Whether customers may wait for a place of a class or a course: a tap on the offer books it,
    so not where the team says yes to everybody first. The team may let people wait all the same."""
    return not service.requires_approval


def count_waiting(*, session_ids: Collection[int]) -> Mapping[int, int]:
    """How many entries wait by session; sessions without any are missing."""
    lines = WaitlistEntry.objects.filter(session_id__in=session_ids, state__in=IN_LINE)
    counted = lines.order_by().values("session_id").annotate(n=Count("pk"))
    return {row["session_id"]: row["n"] for row in counted if row["session_id"]}


def count_waiting_for_runs(*, run_ids: Collection[int]) -> Mapping[int, int]:
    """The same by course run."""
    lines = WaitlistEntry.objects.filter(course_run_id__in=run_ids, state__in=IN_LINE)
    counted = lines.order_by().values("course_run_id").annotate(n=Count("pk"))
    return {row["course_run_id"]: row["n"] for row in counted if row["course_run_id"]}
