from datetime import datetime

from django.db import transaction

from apps.availability import operations as availability
from apps.availability.models import Session
from apps.availability.operations import SessionChange
from apps.bookings.announcements import announce_new_start
from apps.bookings.models import Booking
from apps.bookings.operations._errors import StaleRevision
from apps.bookings.operations._follow import follow
from apps.bookings.operations._moves import Actor
from apps.bookings.queries.gatherings import lead_of
from apps.businesses.models import TeamMember
from apps.classes.operations.cancel import lock_live
from apps.classes.queries.attending import Scope, Seen, people_seen, sessions_in


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
        UnclearTime: the clock skips the time of the only one meant, or shows it twice; or that of
            one of several, and nobody has said that they move on.
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
        announce_new_start(it, now=now)
    sessions = {it.pk: (it, lead_of(it)) for it in changed}
    told = [it for it in live if it.session_id in sessions]
    actor = Actor.of(by)
    return [it for it in told if follow(it, *sessions[it.session_id or 0], actor=actor, now=now)]
