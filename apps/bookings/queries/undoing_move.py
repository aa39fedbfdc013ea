"""What its customer has moved a moment ago and can take back: until when, and whether the old place
is still there (rule B45). The page that offers it and the operation that does it ask this."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from apps.availability.models import Session
from apps.availability.operations import Claim
from apps.bookings.models import DECIDES_NOTHING, PUT_BACK, Booking, BookingEvent
from apps.bookings.queries.attendance import policy_of_customer
from apps.bookings.queries.joinables import joinable_of
from apps.bookings.queries.minimum import lacking, starts_with_enough
from apps.bookings.queries.offered import NoTime, choice_as_booked, find_claim, query_again
from apps.catalog.models import Service
from apps.catalog.queries.offered import able_staff

UNDO_MOVE = timedelta(minutes=10)
"""For so long customers can take back a move of their own."""
LIVE = (Booking.Status.PENDING, Booking.Status.CONFIRMED)


@dataclass(frozen=True, slots=True)
class OldPlace:
    """Where a booking was before its customer moved it: the start (UTC), the person or whatever
    else stood for it, and of a class the session. until is the end of the ten minutes (UTC); event
    the line of history that moved it."""

    starts_at: datetime
    resource_id: int | None
    session_id: int | None
    until: datetime
    event: BookingEvent


def find_old_place(*, booking: Booking, now: datetime, is_known: bool = False) -> OldPlace | None:
    """Where its customer can still take a booking back to, free or not; None where they did not
    move it, or something was decided since, or either time has begun. Not into a conflict it was
    moved out of, nor to what was given against the rules. One query, and one or two more where
    there was a move."""
    if booking.status not in LIVE or now >= booking.starts_at or booking.cancellation_fee:
        return None
    moved = booking.history.exclude(action__in=DECIDES_NOTHING).order_by("-pk").first()
    if moved is None or not _is_own_move(moved) or now >= moved.at + UNDO_MOVE:
        return None
    policy = policy_of_customer(booking=booking, is_known=is_known)
    old = _read(moved)
    may = policy.move_allowed and policy.move_by_link and now < old.starts_at
    return old if may else None


def _is_own_move(event: BookingEvent) -> bool:
    is_own = event.action == BookingEvent.Action.MOVED
    is_own = is_own and event.actor == BookingEvent.Actor.CUSTOMER
    beside = event.before.get("double_booked") or event.before.get("override_reason")
    return is_own and not beside and "starts_at" in event.before and PUT_BACK not in event.after


def _read(moved: BookingEvent) -> OldPlace:
    before = moved.before
    return OldPlace(
        starts_at=datetime.fromisoformat(before["starts_at"]),
        resource_id=before.get("resource_id"),
        session_id=before.get("session_id"),
        until=moved.at + UNDO_MOVE,
        event=moved,
    )


def find_old_session(*, booking: Booking, old: OldPlace) -> Session | None:
    """The session of a class that a booking was in; None where that is not known, or is not there
    any more."""
    sessions = Session.objects.filter(service_id=booking.service_id, kind=Session.Kind.CLASS)
    return sessions.filter(pk=old.session_id or 0, business_id=booking.business_id).first()


def find_old_claim(*, booking: Booking, old: OldPlace, now: datetime) -> Claim:
    """Look without a lock for the old time of an appointment, with the same person. Limits do not
    count: it was asked for in time.

    Raises:
        NoTime: it is not free any more, or not with them.
    """
    choice = choice_as_booked(booking=booking)
    named = old.resource_id if old.resource_id in able_staff(choice.needs) else None
    query = query_again(booking=booking, choice=replace(choice, chosen_id=named))
    query = replace(query, ignores_limits=True)
    claim = find_claim(query=query, starts_at=old.starts_at, now=now)
    if claim.primary_id != old.resource_id:
        raise NoTime(())
    return claim


def is_still_there(*, booking: Booking, old: OldPlace, now: datetime) -> bool:
    """Whether the old place is free, as seen without a lock."""
    is_confirmed = booking.status == Booking.Status.CONFIRMED
    if booking.kind == Service.Kind.CLASS:
        session = find_old_session(booking=booking, old=old)
        if session is None or not session.takes_place:
            return False
        missing = lacking(session, booking.service, now=now) if is_confirmed else 0
        left = joinable_of(session, besides=None, now=now).seats_left
        return left >= booking.party_size >= missing
    try:
        find_old_claim(booking=booking, old=old, now=now)
    except NoTime:
        return False
    return not is_confirmed or bool(starts_with_enough(booking, [old.starts_at], now=now))
