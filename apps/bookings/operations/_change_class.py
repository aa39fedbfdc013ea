from datetime import datetime
from typing import Any

from django.db import transaction

from apps.availability import operations as availability
from apps.availability.models import CourseRun, Session
from apps.availability.operations import SessionChange
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations._cancel_class import lock_live
from apps.bookings.operations._errors import StaleRevision
from apps.bookings.operations._moves import Actor, deadline_columns, write_move
from apps.bookings.operations._snapshots import clock_columns
from apps.bookings.operations._waitlist_offer import shorten_offers
from apps.bookings.queries.attending import Scope, Seen, people_seen, sessions_in
from apps.bookings.queries.gatherings import lead_of
from apps.businesses.models import TeamMember


@transaction.atomic
def change_class(
    *,
    session_id: int,
    scope: Scope,
    change: SessionChange,
    seen: Seen,
    by: TeamMember,
    now: datetime,
) -> list[Booking]:
    """Give a class, it and the later ones, or all of its series another teacher, room or time.

    Everybody whose time or teacher is another one is told, and no offer to those who wait outlives
    the new start; seen as in ``cancel_class``: what somebody else changed is not changed back
    unread.

    Raises:
        Session.DoesNotExist: not a session of this business.
        StaleRevision: somebody booked or left meanwhile.
        SessionsHaveChanged: somebody changed or cancelled one of them meanwhile.
        UnclearTime: the clock skips the time of the only one meant, or shows it twice.
        ResourceElsewhere: the room is at another place.
        SessionsCollide: something is in the way; nothing was changed.
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
        shorten_offers(target=it, now=now)
    sessions = {it.pk: (it, lead_of(it)) for it in changed}
    told = [it for it in live if it.session_id in sessions]
    actor = Actor.of(by)
    return [it for it in told if _move(it, *sessions[it.session_id or 0], actor=actor, now=now)]


def follow_class(booking: Booking, *, now: datetime) -> bool:
    """Move a locked booking to where its class or course is by now: it was paid for while that was
    changed. Tell whether it was."""
    target: Session | CourseRun
    if booking.course_run_id is not None:
        target = CourseRun.objects.get(pk=booking.course_run_id)
    else:
        target = Session.objects.get(pk=booking.session_id or 0)
    return _move(booking, target, lead_of(target), actor=Actor.system(), now=now)


def _move(
    booking: Booking,
    target: Session | CourseRun,
    lead_id: int | None,
    *,
    actor: Actor,
    now: datetime,
) -> bool:
    """Write what changed into one booking; tell whether anything did."""
    if (booking.starts_at, booking.resource_id) == (target.starts_at, lead_id):
        return False
    write_move(
        booking,
        action=BookingEvent.Action.MOVED,
        actor=actor,
        now=now,
        columns=columns_of(booking, target, lead_id=lead_id),
    )
    return True


def columns_of(
    booking: Booking, target: Session | CourseRun, *, lead_id: int | None
) -> dict[str, Any]:
    """What stands in a booking of when its class or course is, and with whom. One query, to be
    asked after the locks."""
    return {
        "starts_at": target.starts_at,
        "ends_at": target.ends_at,
        **deadline_columns(booking, starts_at=target.starts_at, ends_at=target.ends_at),
        **clock_columns(booking, starts_at=target.starts_at, location_id=target.location_id),
        "resource_id": lead_id,
    }
