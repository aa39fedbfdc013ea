"""Give sessions of a class another teacher, room or time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from http import HTTPStatus

from django.db.models import F

from apps.availability.engine.series import occurrences
from apps.availability.engine.zones import Resolution
from apps.availability.models import Occupancy, Session
from apps.availability.operations.claim import Override, buffers_of, locked_resources
from apps.availability.operations.sessions import (
    SessionFacts,
    find_blocked,
    occupy,
    override_columns,
)
from apps.availability.queries.scheduling import ProposedSession
from apps.catalog.queries import zone_of
from apps.kernel.references import digest_of
from apps.kernel.refusals import Refusal


class SessionsHaveChanged(Refusal):
    """Somebody changed one of the sessions since they were read; nothing was changed now."""


class UnclearTime(Refusal):
    """The clock of the place skips this wall time on the date of a session, or shows it twice (rule
    T6); resolution says which, next_at (UTC) is the first time there from then on. of_several:
    starts (UTC) are where those of them would go that are not at that time exactly."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(
        self, resolution: Resolution, starts: Sequence[datetime], *, of_several: bool = False
    ) -> None:
        super().__init__(f"{resolution}: {starts[0]:%Y-%m-%d %H:%M}Z")
        self.resolution, self.next_at = resolution, starts[0]
        self.starts, self.of_several = starts, of_several


@dataclass(frozen=True, slots=True)
class SessionChange:
    """Who and what the sessions need from now on, and (None: as before) at what wall time of the
    venue they start; dates and lengths stay. override lets those change that do not fit;
    moves_on those of several whose clock skips that time, or shows it twice."""

    resource_ids: tuple[int, ...]
    at: time | None = None
    override: Override | None = None
    moves_on: bool = False


def change_sessions(
    *,
    session_ids: Sequence[int],
    change: SessionChange,
    seen: str | None = None,
    now: datetime,
) -> list[Session]:
    """Give coming sessions of one class another teacher, room or time, all of them or none.

    The same door as for new ones: old and new resources are locked in one order, what these
    sessions occupy is set aside, and the rest of the world decides whether they fit. A session that
    stands at that wall time already stays there; in a series a skipped one is moved on (rule T5).
    seen is the digest of their keys and revisions as they were read; with None nobody has read
    them.

    Raises:
        SessionsHaveChanged: somebody changed or cancelled one of them meanwhile.
        UnclearTime: the clock skips the time of the only session meant, or shows it twice; or that
            of one of several, and nobody has said that they move on.
        ResourceElsewhere: the room is at another place.
        SessionsConflict: with the starts that do not fit; nothing was changed.
        BusyTryAgain: the lock did not come in time.
    """
    held = Occupancy.objects.filter(session_id__in=session_ids)
    resource_ids = {*held.values_list("resource_id", flat=True), *change.resource_ids}
    with locked_resources(resource_ids=resource_ids):
        rows = Session.objects.select_for_update(no_key=True, of=("self",)).filter(
            pk__in=session_ids, state=Session.State.SCHEDULED, ends_at__gt=now
        )
        sessions = list(rows.select_related("service__business", "location").order_by("pk"))
        if seen not in (None, digest_of((it.pk, it.revision) for it in sessions)):
            raise SessionsHaveChanged
        Occupancy.objects.filter(session__in=sessions).delete()
        proposals = [_proposed(session, change) for session in sessions]
        if not sessions:
            return []
        _require_clear(proposals, change)
        facts = _facts(sessions[0], change)
        blocked = find_blocked(facts, proposals, now=now)
        for session, proposal in zip(sessions, proposals, strict=True):
            _write(session, proposal, change.override if proposal in blocked else None, facts=facts)
        occupy(sessions, facts=facts)
    return sessions


def _write(
    session: Session, proposal: ProposedSession, override: Override | None, *, facts: SessionFacts
) -> None:
    session.starts_at, session.ends_at = proposal.starts_at, proposal.ends_at
    Session.objects.filter(pk=session.pk).update(
        starts_at=proposal.starts_at,
        ends_at=proposal.ends_at,
        revision=F("revision") + 1,
        **buffers_of(facts.service),
        **override_columns(override),
    )


def _proposed(session: Session, change: SessionChange) -> ProposedSession:
    seconds = int((session.ends_at - session.starts_at).total_seconds())
    start = int(session.starts_at.timestamp())
    if change.at is None or session.service is None:
        return ProposedSession(start, start + seconds)
    zone = zone_of(service=session.service, location=session.location)
    stands = session.starts_at.astimezone(zone)
    if stands.time() == change.at:  # also the second of two
        return ProposedSession(start, start + seconds)
    on = stands.date()
    (found,) = occurrences(zone=zone, dates=[on], at=change.at, duration=seconds)
    return ProposedSession(found.start, found.end, found.resolution)


def _require_clear(proposals: Sequence[ProposedSession], change: SessionChange) -> None:
    unclear = [it for it in proposals if it.resolution is not Resolution.EXACT]
    several = len(proposals) > 1
    if unclear and not (several and change.moves_on):
        starts = [it.starts_at for it in unclear]
        raise UnclearTime(unclear[0].resolution, starts, of_several=several)


def _facts(session: Session, change: SessionChange) -> SessionFacts:
    if session.service is None:
        raise ValueError("only classes and courses are changed")
    return SessionFacts(
        service=session.service,
        location=session.location,
        resource_ids=change.resource_ids,
        capacity=session.capacity,
        override=change.override,
    )
