"""Sessions of classes and courses come into being, and are called off, through the same door as
appointments; so does blocked time."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from apps.availability.engine.free import fits
from apps.availability.engine.series import SeriesRule
from apps.availability.models import CourseRun, Occupancy, Session, SessionSeries
from apps.availability.operations.claim import (
    Override,
    SlotTaken,
    buffers_of,
    leave_out_of_the_guard,
    locked_resources,
    purge_expired_and_read,
    with_fresh_busy,
)
from apps.availability.queries.scheduling import (
    ProposedSession,
    load_schedule_search,
    schedule_series,
)
from apps.businesses.models import Location
from apps.businesses.operations import lock_business
from apps.catalog.models import Resource, Service
from apps.kernel.refusals import Refusal


class IsDecided(Refusal):
    """The team said that it takes place, however few come."""


class SessionsConflict(Refusal):
    """Some of the sessions do not fit; starts are those that do not (UTC), in order."""

    def __init__(self, starts: Sequence[datetime]) -> None:
        super().__init__(", ".join(f"{at:%Y-%m-%d %H:%M}Z" for at in starts))
        self.starts = tuple(starts)


class ResourceElsewhere(Refusal):
    """Rooms or people that stand at another place than the session; resources are those."""

    def __init__(self, resources: Sequence[Resource]) -> None:
        super().__init__(", ".join(it.name for it in resources))
        self.resources = tuple(resources)


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What the sessions of one call share; override stores them although something is there."""

    service: Service
    location: Location | None
    resource_ids: tuple[int, ...]
    capacity: int
    series: SessionSeries | None = None
    course_run: CourseRun | None = None
    override: Override | None = None


def open_sessions(
    *, facts: SessionFacts, proposals: Sequence[ProposedSession], now: datetime
) -> list[Session]:
    """Write sessions that occupy their teacher and room, all of them or none.

    Each is looked at under one lock of all its resources by the rule that offers appointments:
    hours, exceptions, time off and what else is there, clean-up included. An override lets those
    be written that do not fit, with its reason; all the others are stored as if there were none.

    Raises:
        ResourceElsewhere: its room is at another place.
        SessionsConflict: with the starts that do not fit; nothing was written.
        BusyTryAgain: the lock did not come in time.
    """
    with locked_resources(resource_ids=facts.resource_ids):
        blocked = find_blocked(facts, proposals, now=now)
        sessions = Session.objects.bulk_create(
            _session(facts, proposal, overrides=proposal in blocked) for proposal in proposals
        )
        occupy(sessions, facts=facts)
    return sessions


def find_blocked(
    facts: SessionFacts, proposals: Collection[ProposedSession], *, now: datetime
) -> frozenset[ProposedSession]:
    """Return the proposals that do not fit and are to be written by an override all the same.

    Raises:
        ResourceElsewhere: something is needed that is at another place; no override brings it here.
        SessionsConflict: there are such proposals and no override.
    """
    _require_here(facts)
    blocked = frozenset(_look(facts, proposals, now=now))
    if blocked and facts.override is None:
        raise SessionsConflict(sorted(proposal.starts_at for proposal in blocked))
    return blocked


def _require_here(facts: SessionFacts) -> None:
    """Whoever books is sent to the place of the session, so what it needs has to be there."""
    if facts.location is None:
        return
    placed = Resource.objects.filter(pk__in=facts.resource_ids).exclude(location=None)
    elsewhere = placed.exclude(location=facts.location).select_related("location")
    if found := list(elsewhere.order_by("pk")):
        raise ResourceElsewhere(found)


def occupy(sessions: Sequence[Session], *, facts: SessionFacts) -> None:
    """Write what the sessions take of their resources; only where an override meets something
    that is there does the constraint look away."""
    rows = [row for session in sessions for row in _occupancies(session, facts=facts)]
    if facts.override is not None:
        leave_out_of_the_guard(rows)
    Occupancy.objects.bulk_create(rows)


def _look(
    facts: SessionFacts, proposals: Collection[ProposedSession], *, now: datetime
) -> Iterator[ProposedSession]:
    """Look at proposals under the lock of their resources, and yield those that do not fit, be it
    because of an earlier one of them."""
    if not proposals:
        return
    search = load_schedule_search(
        service=facts.service,
        location=facts.location,
        resource_ids=facts.resource_ids,
        proposals=proposals,
        now=now,
    )
    whole = (
        min(proposal.start for proposal in proposals),
        max(proposal.end for proposal in proposals),
    )
    before, after = search.shape.buffer_before, search.shape.buffer_after
    rows = purge_expired_and_read(
        resource_ids=facts.resource_ids,
        footprint=(whole[0] - before, whole[1] + after),
        now=now,
    )
    fresh = with_fresh_busy(search, rows=rows, resource_ids=facts.resource_ids, own=None)
    taken_until = whole[0] - before
    for proposal in sorted(proposals, key=lambda it: it.start):
        follows = proposal.start - before >= taken_until
        if not follows or not fits(fresh, start=proposal.start, resource_ids=facts.resource_ids):
            yield proposal
        taken_until = max(taken_until, proposal.end + after)


def _session(facts: SessionFacts, proposal: ProposedSession, *, overrides: bool) -> Session:
    return Session(
        business_id=facts.service.business_id,
        service=facts.service,
        location=facts.location,
        kind=Session.Kind(facts.service.kind),
        starts_at=datetime.fromtimestamp(proposal.start, UTC),
        ends_at=datetime.fromtimestamp(proposal.end, UTC),
        capacity=facts.capacity,
        series=facts.series,
        course_run=facts.course_run,
        **buffers_of(facts.service),
        **override_columns(facts.override if overrides else None),
    )


def override_columns(override: Override | None) -> dict[str, Any]:
    """What a session keeps of an override; nothing, when there was nothing to override."""
    return {
        "override_reason": override.reason if override else "",
        "overridden_by_id": override.by_id if override else None,
    }


def _occupancies(session: Session, *, facts: SessionFacts) -> list[Occupancy]:
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
        )
        for resource_id in sorted(facts.resource_ids)
    ]


@transaction.atomic
def open_series(
    *,
    rule: SeriesRule,
    facts: SessionFacts,
    skip_closed: bool,
    now: datetime,
    form_key: str = "",
) -> list[Session]:
    """Open a class at the same wall time of the venue, all its sessions or none (rule T5).
    The same form_key opens them once.

    skip_closed leaves out the dates on which the business is closed.

    Raises:
        NoEnd, TooManyDates, NoDates: see ``series_dates``.
        ResourceElsewhere: its room is at another place.
        SessionsConflict: with the starts that do not fit; nothing was written.
        BusyTryAgain: the lock did not come in time.
    """
    service, location = facts.service, facts.location
    if form_key:
        lock_business(business_id=service.business_id)
        made = Session.objects.filter(series__form_key=form_key, business_id=service.business_id)
        if earlier := list(made.order_by("starts_at")):
            return earlier
    proposals = schedule_series(
        rule=rule, service=service, location=location, skip_closed=skip_closed
    )
    series = SessionSeries.objects.create(
        business_id=service.business_id,
        service=service,
        location=location,
        rrule=rule.as_rrule(),
        first_on=rule.first_on,
        starts_minute=rule.starts_minute,
        duration_minutes=rule.duration_minutes,
        capacity=facts.capacity,
        created_at=now,
        form_key=form_key or None,
    )
    series.resources.set(facts.resource_ids)
    return open_sessions(facts=replace(facts, series=series), proposals=proposals, now=now)


def cancel_sessions(
    *, session_ids: Collection[int], reason: str, unless_decided: bool = False, now: datetime
) -> list[Session]:
    """Let sessions of classes and courses not take place and give teacher and room back.

    Their seats stay counted until the bookings are cancelled, which is the caller's to do in the
    same transaction. Returns those that took place until now, locked, in order of their keys.

    The word of the team that they take place goes with them; unless_decided: a rule that came due
    does not overrule it.

    Raises:
        IsDecided: the team said meanwhile that one of them takes place.
        BusyTryAgain: the lock did not come in time.
    """
    held = Occupancy.objects.filter(session_id__in=session_ids)
    resource_ids = set(held.values_list("resource_id", flat=True))
    with locked_resources(resource_ids=resource_ids):
        rows = Session.objects.select_for_update(no_key=True).filter(
            pk__in=session_ids, state=Session.State.SCHEDULED, ends_at__gt=now
        )
        sessions = list(rows.order_by("pk"))
        if unless_decided and any(it.decided_at for it in sessions):
            raise IsDecided
        ids = [session.pk for session in sessions]
        Occupancy.objects.filter(session_id__in=ids).delete()
        Session.objects.filter(pk__in=ids).update(
            state=Session.State.CANCELED,
            canceled_reason=reason,
            decided_at=None,
            revision=F("revision") + 1,
        )
    return sessions


def block_time(
    *,
    business_id: int,
    resource_ids: Collection[int],
    starts_at: datetime,
    ends_at: datetime,
    note: str,
    now: datetime,
    kind: Session.Kind = Session.Kind.BLOCKED,
) -> Session:
    """Keep resources from being booked in [starts_at, ends_at) UTC: time off, a break.

    Raises:
        SlotTaken: something is booked or held there; move that first.
        BusyTryAgain: the lock did not come in time.
    """
    footprint = (int(starts_at.timestamp()), int(ends_at.timestamp()))
    with locked_resources(resource_ids=resource_ids):
        if purge_expired_and_read(resource_ids=resource_ids, footprint=footprint, now=now):
            raise SlotTaken
        session = Session.objects.create(
            business_id=business_id,
            kind=kind,
            starts_at=starts_at,
            ends_at=ends_at,
            note=note,
        )
        Occupancy.objects.bulk_create(
            Occupancy(
                business_id=business_id,
                resource_id=resource_id,
                session=session,
                starts_at=starts_at.astimezone(UTC),
                ends_at=ends_at.astimezone(UTC),
            )
            for resource_id in sorted(resource_ids)
        )
    return session
