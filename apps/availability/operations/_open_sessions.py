"""Sessions of classes and courses come into being through the same door as appointments."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from apps.availability.engine.check import fits
from apps.availability.models import CourseRun, Occupancy, Session, SessionSeries
from apps.availability.operations._door import look, open_door, with_fresh_busy
from apps.availability.queries.plans import SessionPlan, load_plan_search
from apps.businesses.models import Location
from apps.catalog.models import Service


class SessionsCollide(Exception):
    """Some of the sessions do not fit; starts are those that do not (UTC), in order."""

    def __init__(self, starts: Sequence[datetime]) -> None:
        super().__init__(", ".join(f"{at:%Y-%m-%d %H:%M}Z" for at in starts))
        self.starts = tuple(starts)


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What the sessions of one call share; overridden stores them although something is there."""

    service: Service
    location: Location | None
    resource_ids: tuple[int, ...]
    capacity: int
    series: SessionSeries | None = None
    course_run: CourseRun | None = None
    overridden: bool = False


def open_sessions(
    *, facts: SessionFacts, plans: Sequence[SessionPlan], now: datetime
) -> list[Session]:
    """Write sessions that occupy their teacher and room, all of them or none.

    Each is looked at under one lock of all its resources by the rule that offers appointments:
    hours, exceptions, time off and what else is there, clean-up included.

    Raises:
        SessionsCollide: with the starts that do not fit; nothing was written.
        BusyTryAgain: the lock did not come in time.
    """
    with open_door(resource_ids=facts.resource_ids):
        if not facts.overridden:
            require_room(facts, plans, now=now)
        sessions = Session.objects.bulk_create(_session(facts, plan) for plan in plans)
        Occupancy.objects.bulk_create(
            row for session in sessions for row in occupancies_of(session, facts=facts)
        )
    return sessions


def require_room(facts: SessionFacts, plans: Collection[SessionPlan], *, now: datetime) -> None:
    """Look at plans under the lock of their resources.

    Raises:
        SessionsCollide: with the starts that do not fit.
    """
    search = load_plan_search(
        service=facts.service,
        location=facts.location,
        resource_ids=facts.resource_ids,
        plans=plans,
        now=now,
    )
    whole = (min(plan.start for plan in plans), max(plan.end for plan in plans))
    before, after = search.shape.buffer_before, search.shape.buffer_after
    rows = look(
        resource_ids=facts.resource_ids,
        footprint=(whole[0] - before, whole[1] + after),
        now=now,
    )
    fresh = with_fresh_busy(search, rows=rows, resource_ids=facts.resource_ids, own=None)
    missing = [
        datetime.fromtimestamp(plan.start, UTC)
        for plan in plans
        if not fits(fresh, start=plan.start, resource_ids=facts.resource_ids)
    ]
    if missing:
        raise SessionsCollide(missing)


def _session(facts: SessionFacts, plan: SessionPlan) -> Session:
    return Session(
        business_id=facts.service.business_id,
        service=facts.service,
        location=facts.location,
        kind=Session.Kind(facts.service.kind),
        starts_at=datetime.fromtimestamp(plan.start, UTC),
        ends_at=datetime.fromtimestamp(plan.end, UTC),
        capacity=facts.capacity,
        series=facts.series,
        course_run=facts.course_run,
        overridden=False,
    )


def occupancies_of(session: Session, *, facts: SessionFacts) -> list[Occupancy]:
    """What a session takes of each of its resources, clean-up of the service included."""
    start = session.starts_at - facts.service.buffer_before
    end = session.ends_at + facts.service.buffer_after
    return [
        Occupancy(
            business_id=session.business_id,
            resource_id=resource_id,
            session=session,
            starts_at=start,
            ends_at=end,
            enforced=not facts.overridden,
        )
        for resource_id in sorted(facts.resource_ids)
    ]
