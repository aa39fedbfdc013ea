"""Ways out of a double booking (rule B21): what is resolved never comes back."""

from datetime import datetime
from typing import Any

from django.db import transaction

from apps.availability import operations as availability
from apps.availability.operations import SlotTaken
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations.errors import SlotGone
from apps.bookings.operations.paid import require_paid_then
from apps.bookings.operations.reschedule import columns_there, require_enough_then
from apps.bookings.operations.transitions import (
    Actor,
    lock_booking,
    record_transition,
)
from apps.bookings.queries.offered import NoTime, choice_of, claim_of, find_claim, query_again
from apps.businesses.models import TeamMember
from apps.catalog.queries import UnknownChoice
from apps.kernel.refusals import Refusal

LIVE = (Booking.Status.PENDING, Booking.Status.CONFIRMED)


class NoConflict(Refusal):
    """It is not (any more) double booked, or it is over."""


@transaction.atomic
def move_out_of_conflict(
    *, booking_id: int, business_id: int, starts_at: datetime, by: TeamMember | None, now: datetime
) -> Booking:
    """Give a double booking another free start (UTC) for the same money: the team, or (by None) the
    customer, to whom it is offered.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        NoConflict: it is resolved already, over, or a class or course.
        SlotGone: the time is not free (any more).
        PlanDoesNotPay: a plan pays for it, and not for that time.
        TooFewSoFar: it is confirmed, and that day still waits for more people than these.
        BusyTryAgain: the lock did not come in time.
    """
    booking = _lock(booking_id, business_id)
    _move(booking, starts_at=starts_at, actor=Actor.of(by), now=now)
    _require_paid(booking, by)
    return booking


@transaction.atomic
def move_the_other(
    *, booking_id: int, other_id: int, starts_at: datetime, by: TeamMember, now: datetime
) -> Booking:
    """Move whoever is in the way of a double booking, so that the latter is in order.

    Raises: as ``move_out_of_conflict``.
    """
    rows = {pk: _lock_any(pk, by.business_id) for pk in sorted({booking_id, other_id})}
    booking, other = rows[booking_id], rows[other_id]
    if not booking.double_booked or other.status not in LIVE or other.pk == booking.pk:
        raise NoConflict
    _move(other, starts_at=starts_at, actor=Actor.of(by), now=now)
    settle_conflict(booking=booking, by=by, now=now)
    _require_paid(other, by)
    return booking


def _require_paid(moved: Booking, by: TeamMember | None) -> None:
    """At the end, as a plan is locked after all times."""
    times = [(moved.starts_at, moved.ends_at)]
    require_paid_then(moved, times=times, is_team=by is not None)


def settle_conflict(*, booking: Booking, by: TeamMember, now: datetime) -> bool:
    """Put a locked double booking in order when nothing is in its way any more; tell whether.

    With a third one in the way the conflict stays, smaller than before.
    """
    if not _is_in_order(booking, now=now):
        return False
    _write(booking, BookingEvent.Action.RESOLVED, Actor.of(by), {"double_booked": False}, now=now)
    return True


@transaction.atomic
def keep_both(*, booking_id: int, reason: str, by: TeamMember, now: datetime) -> Booking:
    """Let a double booking be as it is, and say why: it is an override from now on. With nothing
    in its way any more it is simply in order, and the reason a line of its history.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        NoConflict: it is resolved already, or over.
    """
    booking = _lock(booking_id, by.business_id)
    overrides = not _is_in_order(booking, now=now)
    columns = {
        "double_booked": False,
        "skip_availability_validation": overrides,
        "override_reason": reason if overrides else "",
    }
    _write(booking, BookingEvent.Action.RESOLVED, Actor.of(by), columns, now=now, reason=reason)
    return booking


def _is_in_order(booking: Booking, *, now: datetime) -> bool:
    """Whether nothing is in the way of a locked double booking; then its time is guarded again."""
    if booking.seating_id is not None:
        target = booking.course_run or booking.session
        return target is not None and not target.overridden
    try:
        with transaction.atomic():
            claim = claim_of(booking=booking, choice=choice_of(booking=booking), now=now)
            availability.grant_time(session_id=booking.session_id or 0, claim=claim, now=now)
    except (NoTime, UnknownChoice, SlotTaken):
        return False
    return True


def _lock_any(booking_id: int, business_id: int) -> Booking:
    return lock_booking(booking_id=booking_id, business_id=business_id, revision=None)


def _lock(booking_id: int, business_id: int) -> Booking:
    booking = _lock_any(booking_id, business_id)
    if not booking.double_booked or booking.status not in LIVE:
        raise NoConflict
    return booking


def _move(booking: Booking, *, starts_at: datetime, actor: Actor, now: datetime) -> None:
    if booking.session_id is None or booking.seating_id is not None:
        raise NoConflict
    require_enough_then(booking, starts_at=starts_at, now=now)
    try:
        query = query_again(booking=booking, choice=choice_of(booking=booking))
        claim = find_claim(query=query, starts_at=starts_at, now=now)
        availability.grant_time(session_id=booking.session_id, claim=claim, now=now)
    except (NoTime, UnknownChoice, SlotTaken) as lost:
        raise SlotGone from lost
    columns = columns_there(booking, claim)
    _write(booking, BookingEvent.Action.MOVED, actor, columns, now=now)


def _write(
    booking: Booking,
    action: BookingEvent.Action,
    actor: Actor,
    columns: dict[str, Any],
    *,
    now: datetime,
    reason: str = "",
) -> None:
    record_transition(booking, action=action, actor=actor, now=now, columns=columns, reason=reason)
