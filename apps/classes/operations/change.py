"""Change the teacher, room, time or number of places of a class, and tell who booked."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from apps.availability import operations as availability
from apps.availability.models import Session
from apps.availability.operations import SessionChange
from apps.bookings.announcements import announce_free_places, announce_new_start
from apps.bookings.models import Booking
from apps.bookings.operations.amend import follow
from apps.bookings.operations.errors import CannotMove, StaleRevision
from apps.bookings.operations.transitions import Actor
from apps.bookings.plan_uses import plan_limits_of
from apps.bookings.queries.joinables import lead_of
from apps.businesses.models import TeamMember
from apps.classes.operations.cancel import lock_live
from apps.classes.queries.attending import Scope, Seen, people_seen, sessions_in

LIVE = ("PENDING", "CONFIRMED")


class VisitsMeet(CannotMove):
    """An unlimited plan, which is for one person, would pay two visits at one time (rule M16); of
    names. The team moves a whole class and may do that, once it has read whose visits meet."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__("two visits of one plan at one time")
        self.names = names


@transaction.atomic
def change_class(
    *,
    session_id: int,
    scope: Scope,
    change: SessionChange,
    seen: Seen,
    by: TeamMember,
    now: datetime,
    lets_visits_meet: bool = False,
) -> list[Booking]:
    """Give a class, it and the later ones, or all of its series another teacher, room or time.

    Everybody whose time or teacher is another one is told, and no offer to those who wait outlives
    the new start; seen as in ``cancel_class``: what somebody else changed is not changed back
    unread.

    Raises:
        Session.DoesNotExist: not a session of this business.
        StaleRevision: somebody booked or left meanwhile.
        SessionsHaveChanged: somebody changed or cancelled one of them meanwhile.
        UnclearTime: the clock skips the time of the only one meant, or shows it twice; or that of
            one of several, and nobody has said that they move on.
        VisitsMeet: as its name says, and lets_visits_meet was not said.
        ResourceElsewhere: the room is at another place.
        SessionsConflict: something is in the way; nothing was changed.
        BusyTryAgain: the lock did not come in time.
    """
    session = Session.objects.get(pk=session_id, business_id=by.business_id)
    ids = sessions_in(session=session, scope=scope, now=now)
    live = lock_live(ids)
    if people_seen(live) != seen.people:
        raise StaleRevision
    changed = availability.change_sessions(
        session_ids=ids, change=change, seen=seen.sessions, now=now
    )
    for it in changed:
        announce_new_start(it, now=now)
    sessions = {it.pk: (it, lead_of(it)) for it in changed}
    told = [it for it in live if it.session_id in sessions]
    actor, starts = Actor.of(by), {it.pk: it.starts_at for it in told}
    gone = [it for it in told if follow(it, *sessions[it.session_id or 0], actor=actor, now=now)]
    if not lets_visits_meet:
        _require_apart([it for it in gone if it.starts_at != starts[it.pk]])
    return gone


def _require_apart(moved: Sequence[Booking]) -> None:
    """Asked when all of them are where they go: two queries for each that an unlimited plan pays
    for."""
    meeting = [
        it.contact_name
        for it in moved
        if it.status in LIVE and plan_limits_of(it).is_taken([(it.starts_at, it.ends_at)])
    ]
    if meeting:
        raise VisitsMeet(meeting)


@transaction.atomic
def change_places(
    *, session: Session, capacity: int, now: datetime, seen: int | None = None
) -> None:
    """Give a session, or the course run it belongs to, another number of places; what comes free
    is offered to those who wait. seen is how many the page showed.

    Raises:
        StaleRevision: somebody gave it another number meanwhile.
        SeatsTaken: more places than that are taken or offered.
    """
    target = availability.lock_target(target=session.course_run or session, now=now)
    if seen is not None and target.capacity != seen:
        raise StaleRevision
    availability.set_capacity(target=target, capacity=capacity, now=now)
    announce_free_places(target, now=now)
