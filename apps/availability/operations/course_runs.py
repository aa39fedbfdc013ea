"""Open runs of courses, cancel them, or cancel one of their dates."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max, Min

from apps.availability.models import CourseRun, Session
from apps.availability.operations.sessions import (
    IsDecided,
    SessionFacts,
    cancel_sessions,
    open_sessions,
)
from apps.availability.queries.scheduling import ProposedSession
from apps.businesses.operations import lock_business


@transaction.atomic
def open_course_run(
    *,
    facts: SessionFacts,
    proposals: Sequence[ProposedSession],
    name: str,
    now: datetime,
    form_key: str = "",
) -> CourseRun:
    """Open a run of a course with all its sessions, or with none of them (rule B15).

    Its places are counted on the run; its sessions have as many, for the roster's sake. The same
    form_key opens one.

    Raises:
        ResourceElsewhere: its room is at another place.
        SessionsConflict: with the starts that do not fit; nothing was written.
        BusyTryAgain: the lock did not come in time.
    """
    business_id = facts.service.business_id
    if form_key:
        lock_business(business_id=business_id)
        made = CourseRun.objects.filter(form_key=form_key, business_id=business_id)
        if earlier := made.first():
            return earlier
    run = CourseRun.objects.create(
        business_id=business_id,
        form_key=form_key or None,
        service=facts.service,
        location=facts.location,
        name=name,
        starts_at=min(proposal.starts_at for proposal in proposals),
        ends_at=max(proposal.ends_at for proposal in proposals),
        capacity=facts.capacity,
    )
    open_sessions(facts=replace(facts, course_run=run), proposals=proposals, now=now)
    return run


@transaction.atomic(savepoint=False)
def cancel_course_run(
    *, course_run_id: int, reason: str, unless_decided: bool = False, now: datetime
) -> CourseRun:
    """Let a run not take place, its sessions to come with it. Seats stay counted until the
    bookings are cancelled, which is the caller's to do in the same transaction.

    unless_decided, and raises, as ``cancel_sessions``.
    """
    run = CourseRun.objects.select_for_update(no_key=True).get(pk=course_run_id)
    if unless_decided and run.decided_at:
        raise IsDecided
    sessions = Session.objects.filter(course_run=run, state=Session.State.SCHEDULED)
    cancel_sessions(session_ids=list(sessions.values_list("pk", flat=True)), reason=reason, now=now)
    CourseRun.objects.filter(pk=run.pk).update(
        state=CourseRun.State.CANCELED, decided_at=None, revision=F("revision") + 1
    )
    return run


@transaction.atomic(savepoint=False)
def cancel_course_date(*, session_id: int, reason: str, now: datetime) -> CourseRun:
    """Let one date of a run not take place, while others do: the run lasts from the first to the
    last of those from now on (rule B15). Returns the run, locked, as it is then.

    Raises:
        BusyTryAgain: the lock did not come in time.
    """
    session = Session.objects.get(pk=session_id, kind=Session.Kind.COURSE)
    run = CourseRun.objects.select_for_update(no_key=True).get(pk=session.course_run_id or 0)
    cancel_sessions(session_ids=[session_id], reason=reason, now=now)
    kept = Session.objects.filter(course_run=run, state=Session.State.SCHEDULED)
    span = kept.aggregate(first=Min("starts_at"), last=Max("ends_at"))
    run.starts_at, run.ends_at = span["first"], span["last"]
    run.revision += 1
    run.save(update_fields=["starts_at", "ends_at", "revision"])
    return run
