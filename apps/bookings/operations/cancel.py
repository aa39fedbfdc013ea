"""A booking is cancelled and its time is free (rule B12); what customers cancel themselves they can
take back for ten minutes, and it is final only after that (rule B34)."""

from datetime import datetime
from typing import Any

from django.db import transaction

from apps.availability import operations as availability
from apps.availability.models import Session
from apps.availability.operations import NoSeats, SlotTaken
from apps.bookings import states
from apps.bookings.cancellation import UNDO_CANCELLATION, undo_ends_at
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations.errors import (
    DoesNotFit,
    NotAllowed,
    StaleRevision,
    TooLateToUndo,
)
from apps.bookings.operations.paid import require_paid_then
from apps.bookings.operations.transitions import (
    APPOINTMENT,
    Actor,
    lock_booking,
    outbox_key,
    record_cancellation,
    record_transition,
    release_booking,
    take_up_again,
)
from apps.bookings.plan_uses import times_of
from apps.bookings.policy import Reason, may_cancel
from apps.bookings.queries.attendance import policy_of_customer
from apps.bookings.queries.cancelling import cancelled_by_policy
from apps.bookings.queries.ending import own_cancellation_of
from apps.bookings.queries.offered import NoTime, choice_as_booked, claim_of
from apps.bookings.queries.requests import answer_anew_by
from apps.businesses.models import TeamMember
from apps.outbox import operations as outbox


@transaction.atomic
def cancel_booking(
    *,
    booking_id: int,
    business_id: int,
    revision: int,
    by: TeamMember | None,
    now: datetime,
    reason: str = "",
    waives_policy: bool = False,
    fee: int | None = None,
) -> Booking:
    """Cancel a booking and give its time back (rule B12): for the team, or (by None) the customer.

    The customer's right is read from the policy frozen with the booking (rule B5). The mail of a
    cancellation by the team waits for the undo window of 10 seconds. waives_policy: whoever cancels
    is not at fault, so that no limit counts. fee is what the team charges for it, in minor units;
    None leaves one that was charged because nobody had come.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it meanwhile.
        NotAllowed: it is over, final, or too late by its policy.
    """
    booking = lock_booking(booking_id=booking_id, business_id=business_id, revision=revision)
    _require_may_cancel(booking, is_team=by is not None or waives_policy, now=now)
    release_booking(booking, now=now)
    record_cancellation(booking, actor=Actor.of(by), reason=reason, now=now, fee=fee)
    return booking


@transaction.atomic
def cancel_own(
    *,
    booking_id: int,
    business_id: int,
    revision: int,
    seen_fee: int,
    now: datetime,
    reason: str = "",
    is_known: bool = False,
    gives_up_visit: bool = True,
) -> Booking:
    """Cancel for the customer, by the policy frozen with the booking (rules B5, B33). For ten
    minutes nobody else gets the place, no money moves and nobody is told, because it can be taken
    back (``undo_cancellation``); after that the worker makes it final (``end_undo``).

    seen_fee is what the page said it costs, in minor units: nobody pays more than they read;
    gives_up_visit: nor a visit of a plan of which it said that it goes back (False);
    is_known: its customer is signed in. What somebody of the team gave against the rules, or what
    was paid for too late, is not kept for an undo: its place is free at once.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it meanwhile, or it costs more by now.
        NotAllowed: it is over, final, or too late by its policy.
    """
    booking = lock_booking(booking_id=booking_id, business_id=business_id, revision=revision)
    _require_may_cancel(booking, is_team=False, now=now, is_known=is_known)
    by_policy = cancelled_by_policy(booking=booking, now=now)
    is_dearer = by_policy.fee > seen_fee or (bool(by_policy.keeps_visit) and not gives_up_visit)
    if is_dearer or booking.cancellation_fee:  # or it is charged for not coming (rule B40)
        raise StaleRevision
    until = undo_ends_at(starts_at=booking.starts_at, is_explained=booking.is_explained, now=now)
    _hold_place(booking, until=until, now=now)
    record_transition(
        booking,
        action=BookingEvent.Action.CANCELED,
        actor=Actor.of(None),
        now=now,
        reason=reason,
        delay=UNDO_CANCELLATION,
        columns={
            "status": Booking.Status.CANCELED.value,
            "hold_expires_at": until,
            "cancellation_fee": by_policy.fee,
        },
    )
    return booking


def undo_cancellation(
    *, booking_id: int, business_id: int, revision: int, now: datetime
) -> Booking:
    """Take a customer's own cancellation back within its ten minutes (rule B34): the booking is
    what it was, at its place, with its money as it was.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it meanwhile.
        NotAllowed: the customer did not cancel it, or its time has begun.
        TooLateToUndo: the ten minutes are over.
        PlanDoesNotPay: the plan that pays it has another visit of its one person now.
        DoesNotFit: the place went to somebody else all the same.
        BusyTryAgain: the lock did not come in time.
    """
    try:
        return _undo(booking_id=booking_id, business_id=business_id, revision=revision, now=now)
    except (SlotTaken, NoSeats, NoTime) as taken:
        raise DoesNotFit from taken


@transaction.atomic
def _undo(*, booking_id: int, business_id: int, revision: int, now: datetime) -> Booking:
    booking = lock_booking(booking_id=booking_id, business_id=business_id, revision=revision)
    cancelled = own_cancellation_of(booking=booking)
    if cancelled is None or now >= booking.starts_at:
        raise NotAllowed(Reason.WRONG_STATUS)
    is_over = booking.hold_expires_at is None or now >= booking.hold_expires_at
    if is_over or not outbox.withdraw(keys=[outbox_key(booking, cancelled.revision)]):
        raise TooLateToUndo
    was: str = cancelled.before["status"]
    _take_place_back(booking, now=now)
    columns: dict[str, Any] = {"status": was, "hold_expires_at": None, "cancellation_fee": 0}
    if was == Booking.Status.PENDING:
        columns["answer_by"] = answer_anew_by(booking, now=now)
    record_transition(
        booking,
        action=BookingEvent.Action.UNDONE,
        actor=Actor.of(None),
        now=now,
        columns=columns,
    )
    take_up_again(booking, ended_by=cancelled, now=now)
    # Its plan is locked after all times; whether it pays was asked when it was booked.
    require_paid_then(booking, times=times_of([booking]), is_team=True)
    return booking


def end_undo(*, booking: Booking, now: datetime) -> bool:
    """Make the cancellation of a locked booking final once its ten minutes are over: its place is
    free, for whoever waits first. Tell whether that is so now, and only now."""
    until = booking.hold_expires_at
    if booking.status != Booking.Status.CANCELED or until is None or now < until:
        return False
    release_booking(booking, now=now)
    booking.hold_expires_at = None
    booking.save(update_fields=["hold_expires_at"])
    return True


def _require_may_cancel(
    booking: Booking, *, is_team: bool, now: datetime, is_known: bool = False
) -> None:
    verdict = may_cancel(
        policy=policy_of_customer(booking=booking, is_known=is_known),
        status=states.Status(booking.status),
        starts_at=booking.starts_at,
        now=now,
        is_team=is_team,
    )
    if not verdict.allowed and verdict.reason is not None:
        raise NotAllowed(verdict.reason)


def _hold_place(booking: Booking, *, until: datetime, now: datetime) -> None:
    """Turn what a booking keeps for good into a hold, which blocks nobody once it has run out."""
    if until <= now:
        release_booking(booking, now=now)
    elif booking.seating_id is not None:
        availability.hold_seats_again(seating_id=booking.seating_id, expires_at=until, now=now)
    elif booking.session_id is not None and booking.kind == APPOINTMENT:
        availability.revert_to_hold(session_id=booking.session_id, expires_at=until)


def _take_place_back(booking: Booking, *, now: datetime) -> None:
    session = booking.session
    if booking.seating_id is not None:
        availability.confirm_seats(seating_id=booking.seating_id, now=now)
    elif session is not None and session.state == Session.State.HELD:
        claim = claim_of(booking=booking, choice=choice_as_booked(booking=booking), now=now)
        availability.confirm_time(session_id=session.pk, claim=claim, now=now)
