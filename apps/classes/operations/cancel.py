from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from apps.availability import operations as availability
from apps.availability.models import Session
from apps.bookings.models import Booking, BookingEvent, WaitlistEntry
from apps.bookings.operations.errors import StaleRevision
from apps.bookings.operations.transitions import Actor, record_transition
from apps.bookings.states import UNDO_WINDOW
from apps.businesses.models import TeamMember
from apps.classes.queries.attending import Scope, Seen, people_seen, sessions_in, sessions_seen

LIVE = ("PENDING", "CONFIRMED", "WAITING_LIST")


@transaction.atomic
def cancel_class(
    *,
    session_id: int,
    scope: Scope,
    seen: Seen,
    reason: str,
    by: TeamMember,
    now: datetime,
) -> list[Booking]:
    """Let sessions of a class not take place: everybody booked is cancelled and told.

    seen is what the page showed of this scope (``seen_of_class``): who is told, and what does not
    take place, must be what was read.

    Raises:
        Session.DoesNotExist: not a session of this business.
        StaleRevision: somebody booked, left or changed one of them meanwhile.
        BusyTryAgain: the lock did not come in time.
    """
    session = Session.objects.get(pk=session_id, business_id=by.business_id)
    ids = sessions_in(session=session, scope=scope, now=now)
    now_there = sessions_seen(Session.objects.filter(pk__in=ids))
    if Seen(people_seen(lock_live(ids)), now_there) != seen:
        raise StaleRevision
    return call_off(ids, reason=reason, actor=Actor.of(by), now=now)


def lock_live(session_ids: Sequence[int]) -> list[Booking]:
    """Lock the bookings of these sessions in the order of their keys; return those that live."""
    booked = (
        Booking.objects.select_for_update(of=("self",))
        .select_related("service__business")
        .filter(session_id__in=session_ids, kind="CLASS")
    )
    return [it for it in booked.order_by("pk") if it.status in LIVE]


def call_off(ids: Sequence[int], *, reason: str, actor: Actor, now: datetime) -> list[Booking]:
    """Cancel sessions with everybody who booked or waits; inside the caller's transaction.

    Lock order: bookings, then sessions. A draft that is submitted meanwhile finds its seats
    released and the session cancelled.

    Raises:
        IsDecided: the system would, and the team said that one of them takes place.
    """
    live = lock_live(ids)
    availability.cancel_sessions(
        session_ids=ids, reason=reason, unless_decided=actor == Actor.system(), now=now
    )
    availability.release_all_seats(session_ids=ids, now=now)
    WaitlistEntry.objects.filter(session_id__in=ids).exclude(state="ENROLLED").update(state="LEFT")
    for booking in live:
        record_transition(
            booking,
            action=BookingEvent.Action.CANCELED,
            actor=actor,
            now=now,
            reason=reason,
            delay=UNDO_WINDOW,
            columns={"status": Booking.Status.CANCELED.value},
        )
    return live
