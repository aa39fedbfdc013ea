"""All sessions by one clock go to other moments at once: the clock gets another zone."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db.models import F, Max, Min

from apps.availability.models import CourseRun, Occupancy, Session
from apps.availability.operations.claim import leave_out_of_the_guard, locked_resources
from apps.availability.queries.rezoning import sessions_ahead
from apps.businesses.models import Clock
from apps.catalog.models import Resource

A_BATCH = 200
Span = tuple[datetime, datetime]


def lock_time_by(*, clock: Clock, now: datetime) -> None:
    """Lock all that can be booked in the business, and all sessions and course runs ahead by this
    clock, in key order, until the caller's transaction ends: nobody takes, moves or gives back a
    time or a seat there meanwhile.

    Raises:
        BusyTryAgain: the locks did not come in time.
    """
    of_business = Resource.objects.filter(business_id=clock.business.pk)
    with locked_resources(resource_ids=sorted(of_business.values_list("pk", flat=True))):
        rows = sessions_ahead(clock=clock, now=now).select_for_update(no_key=True, of=("self",))
        list(rows.values_list("pk"))
        runs = CourseRun.objects.filter(clock.rows(), ends_at__gt=now).order_by("pk")
        list(runs.select_for_update(no_key=True, of=("self",)).values_list("pk"))


def move_sessions(*, spans: Mapping[int, Span]) -> None:
    """Let locked sessions take place at other times (UTC), all of them or none, with whatever they
    occupy: as long before and after as so far. They go past each other, so all of it is set aside
    before any of it is written.

    What was enforced stays enforced; what lay beside the constraint comes under it where nothing is
    in its way any more.

    Raises:
        SlotTaken: they do not fit: the caller has looked, so somebody took a time without a lock.
    """
    with locked_resources(resource_ids=()):
        sessions = list(Session.objects.filter(pk__in=list(spans)).order_by("pk"))
        occupied = list(Occupancy.objects.filter(session__in=sessions).order_by("pk"))
        Occupancy.objects.filter(pk__in=[row.pk for row in occupied]).delete()
        by = {it.pk: spans[it.pk][0] - it.starts_at for it in sessions}
        for session in sessions:
            session.starts_at, session.ends_at = spans[session.pk]
            session.revision += 1
        columns = ["starts_at", "ends_at", "revision"]
        Session.objects.bulk_update(sessions, columns, batch_size=A_BATCH)
        _occupy(occupied, by=by)
        _follow({it.course_run_id for it in sessions if it.course_run_id})


def _occupy(rows: Collection[Occupancy], *, by: Mapping[int, timedelta]) -> None:
    """Write what was set aside where it is now, first what is under the guard."""
    for row in rows:
        row.pk = None
        row.starts_at += by[row.session_id]
        row.ends_at += by[row.session_id]
    Occupancy.objects.bulk_create((row for row in rows if row.enforced), batch_size=A_BATCH)
    beside = [row for row in rows if not row.enforced]
    leave_out_of_the_guard(beside)
    Occupancy.objects.bulk_create(beside, batch_size=A_BATCH)


def _follow(run_ids: Collection[int]) -> None:
    """A course run begins with its first session that takes place and ends with its last."""
    takes_place = Session.objects.filter(
        course_run_id__in=run_ids, state=Session.State.SCHEDULED
    ).order_by("course_run_id")
    edges = takes_place.values("course_run_id").annotate(
        first=Min("starts_at"), last=Max("ends_at")
    )
    for run_id, first, last in edges.values_list("course_run_id", "first", "last"):
        CourseRun.objects.filter(pk=run_id).update(
            starts_at=first, ends_at=last, revision=F("revision") + 1
        )
