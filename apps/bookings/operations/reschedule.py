"""Give an appointment another time: the old one is released in the transaction that takes the new
one (rule B32); and take that back (rule B45)."""

from datetime import datetime
from typing import Any

from django.db import transaction

from apps.availability import operations as availability
from apps.availability.models import Session
from apps.availability.operations import Claim, SlotTaken
from apps.bookings.models import PUT_BACK, Booking, BookingEvent
from apps.bookings.operations.drafts import clock_columns, place_columns
from apps.bookings.operations.errors import (
    CannotMove,
    DoesNotFit,
    NotAllowed,
    NotBookable,
    SlotGone,
    StaleRevision,
    TooFewSoFar,
    TooLateToUndo,
)
from apps.bookings.operations.paid import require_paid_then
from apps.bookings.operations.transitions import (
    Actor,
    deadline_columns,
    lock_booking,
    lock_people_of_day,
    record_transition,
    take_up_again,
)
from apps.bookings.policy import Reason, Verdict
from apps.bookings.queries.attendance import was_missed
from apps.bookings.queries.minimum import group_at, starts_with_enough
from apps.bookings.queries.moving import (
    choice_to_move,
    is_there,
    query_to_move,
    verdict_on_move,
)
from apps.bookings.queries.offered import NoTime, find_claim
from apps.bookings.queries.undoing_move import OldPlace, find_old_claim, find_old_place
from apps.businesses.models import TeamMember
from apps.catalog.models import Service
from apps.catalog.queries import UnknownChoice, is_bookable

ATTEMPTS = 3


def move_booking(
    *,
    booking_id: int,
    business_id: int,
    revision: int,
    starts_at: datetime,
    resource_id: int | None,
    by: TeamMember | None,
    now: datetime,
    is_known: bool = False,
    message: str = "",
) -> Booking:
    """Take another free start (UTC) for an appointment, and give its own time back by that.

    resource_id is the person who is wanted then, None for whoever is free: with several of them a
    lost race is tried again with the next. Length, price, variant, extras and answers come along
    as they were booked. The customer (by None; is_known: signed in) may as the policy frozen with
    it says, where customers could book it online now, and not where the team said yes to this very
    time; the team within its hours, however soon or far ahead, and with a message that the customer
    reads. A request stays one, and is answered no later than the new time. What is there already
    stays as it is, so that a tap sent twice moves once. Locks: booking, people of its day,
    resources, plan.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it since the page was made.
        CannotMove: it is a class or a course.
        NotAllowed: it is final, or its policy does not allow it (any more).
        NotBookable: a customer wants it while the service, or the business, takes no bookings.
        SlotGone: the time is not free (any more), or not with that person.
        TooFewSoFar: it is confirmed, and that day still waits for more people than these.
        PlanDoesNotPay: a plan pays for it, and not for that time.
        BusyTryAgain: the lock did not come in time.
    """
    for _attempt in range(ATTEMPTS):
        try:
            return _move_once(
                booking_id=booking_id,
                business_id=business_id,
                revision=revision,
                starts_at=starts_at,
                resource_id=resource_id,
                by=by,
                now=now,
                is_known=is_known,
                message=message,
            )
        except SlotTaken:
            continue
    raise SlotGone


@transaction.atomic
def _move_once(
    *,
    booking_id: int,
    business_id: int,
    revision: int,
    starts_at: datetime,
    resource_id: int | None,
    by: TeamMember | None,
    now: datetime,
    is_known: bool,
    message: str,
) -> Booking:
    booking = lock_booking(booking_id=booking_id, business_id=business_id, revision=None)
    verdict = verdict_on_move(booking=booking, is_team=by is not None, now=now, is_known=is_known)
    lives = verdict.reason is not Reason.FINAL
    if lives and is_there(booking, starts_at=starts_at, resource_id=resource_id):
        return booking
    if booking.revision != revision:
        raise StaleRevision
    _require_movable(booking, verdict, is_team=by is not None, now=now)
    require_enough_then(booking, starts_at=starts_at, now=now)
    claim = claim_there(
        booking, starts_at=starts_at, resource_id=resource_id, is_team=by is not None, now=now
    )
    _take(booking, claim, now=now)
    times = [(claim.starts_at, claim.ends_at)]
    require_paid_then(booking, times=times, is_team=by is not None)
    record_transition(
        booking,
        action=BookingEvent.Action.MOVED,
        actor=Actor.of(by),
        now=now,
        columns={**columns_there(booking, claim), "selection": selection_of(resource_id)},
        reason=message,
    )
    return booking


def _require_movable(booking: Booking, verdict: Verdict, *, is_team: bool, now: datetime) -> None:
    if booking.kind != Service.Kind.APPOINTMENT:
        raise CannotMove
    if verdict.reason is not None:
        raise NotAllowed(verdict.reason)
    if was_missed(booking=booking, now=now):
        raise CannotMove
    if not is_team and not is_bookable(service=booking.service):
        raise NotBookable


def undo_move(
    *, booking_id: int, business_id: int, revision: int, now: datetime, is_known: bool = False
) -> Booking:
    """Take a move of an appointment by its customer back within ten minutes (rule B45): to the old
    time, with the same person, if that is still free. It counts for no limit of moves, and both
    sides are told as of any move. Sent twice, it is done once. Locks: as ``move_booking``.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it since the page was made.
        CannotMove: it is a class or a course.
        TooLateToUndo: there is no such move (any more).
        DoesNotFit: the old time went to somebody else, or that person is away.
        TooFewSoFar: it is confirmed, and the old day waits for more people than these.
        PlanDoesNotPay: its plan pays another visit of its one person at that time.
        BusyTryAgain: the lock did not come in time.
    """
    try:
        return _undo_once(
            booking_id=booking_id,
            business_id=business_id,
            revision=revision,
            now=now,
            is_known=is_known,
        )
    except (SlotTaken, NoTime) as taken:
        raise DoesNotFit from taken


@transaction.atomic
def _undo_once(
    *, booking_id: int, business_id: int, revision: int, now: datetime, is_known: bool
) -> Booking:
    booking, old = lock_to_undo(
        booking_id=booking_id,
        business_id=business_id,
        revision=revision,
        now=now,
        is_known=is_known,
    )
    if old is None:
        return booking
    if booking.kind != Service.Kind.APPOINTMENT:
        raise CannotMove
    require_enough_then(booking, starts_at=old.starts_at, now=now)
    claim = find_old_claim(booking=booking, old=old, now=now)
    _take(booking, claim, now=now)
    require_paid_then(booking, times=[(claim.starts_at, claim.ends_at)], is_team=True)
    record_transition(
        booking,
        action=BookingEvent.Action.MOVED,
        actor=Actor.of(None),
        now=now,
        columns={**columns_there(booking, claim), **columns_of_old(old)},
        said={PUT_BACK: "1"},
    )
    take_up_again(booking, ended_by=old.event, now=now)
    return booking


def lock_to_undo(
    *, booking_id: int, business_id: int, revision: int, now: datetime, is_known: bool
) -> tuple[Booking, OldPlace | None]:
    """Lock a booking whose customer takes a move back; None where they have just done so.

    Raises:
        Booking.DoesNotExist, StaleRevision, TooLateToUndo: as ``undo_move`` says.
    """
    booking = lock_booking(booking_id=booking_id, business_id=business_id, revision=None)
    if booking.revision == revision + 1 and is_put_back(booking):
        return booking, None
    if booking.revision != revision:
        raise StaleRevision
    old = find_old_place(booking=booking, now=now, is_known=is_known)
    if old is None:
        raise TooLateToUndo
    return booking, old


def is_put_back(booking: Booking) -> bool:
    """Whether the last that happened to a booking is that a move was taken back; one query."""
    last = booking.history.order_by("-pk").first()
    return last is not None and PUT_BACK in last.after


def columns_of_old(old: OldPlace) -> dict[str, Any]:
    """What a booking gets back with its old place and the move could not foresee: until when a
    request is answered, and whether this very person was wanted."""
    before = old.event.before
    answer_by = before.get("answer_by")
    return {
        **({"selection": before["selection"]} if "selection" in before else {}),
        **({"answer_by": datetime.fromisoformat(answer_by)} if answer_by else {}),
    }


def claim_there(
    booking: Booking,
    *,
    starts_at: datetime,
    resource_id: int | None,
    now: datetime,
    is_team: bool = False,
) -> Claim:
    """Look without a lock for what a booking would take at another start (UTC).

    Raises:
        SlotGone: it is not free, or not with that person.
    """
    try:
        choice = choice_to_move(booking=booking, resource_id=resource_id)
        query = query_to_move(booking=booking, choice=choice, is_team=is_team)
        return find_claim(query=query, starts_at=starts_at, now=now)
    except NoTime as none:
        raise SlotGone(none.reasons) from none
    except UnknownChoice as unknown:
        raise SlotGone from unknown


def _take(booking: Booking, claim: Claim, *, now: datetime) -> None:
    """A request for which several may ask takes nothing, there as here (rule B9)."""
    session = booking.session
    if session is None:
        raise CannotMove
    if session.state == Session.State.REQUESTED:
        availability.request_another_time(session_id=session.pk, claim=claim)
    else:
        availability.grant_time(session_id=session.pk, claim=claim, now=now)


def selection_of(resource_id: int | None) -> str:
    """The column of a booking for which this person, or (None) anybody, was wanted."""
    named = resource_id is not None
    chosen = Booking.Selection.SPECIFIC_RESOURCE if named else Booking.Selection.ANY_RESOURCE
    return chosen.value


def columns_there(booking: Booking, claim: Claim) -> dict[str, Any]:
    """The columns of an appointment that goes to the time of a claim: nothing is in its way there,
    so that it needs neither a mark nor an override (rule B22)."""
    location = claim.query.location
    overridden = {"skip_availability_validation": False, "override_reason": ""}
    return {
        "starts_at": claim.starts_at,
        "ends_at": claim.ends_at,
        "resource_id": claim.primary_id,
        **clock_columns(
            booking, starts_at=claim.starts_at, location_id=location.pk if location else None
        ),
        "double_booked": False,
        **(overridden if booking.skip_availability_validation else {}),
        **place_columns(booking, location),
        **deadline_columns(booking, starts_at=claim.starts_at, ends_at=claim.ends_at),
    }


def require_enough_then(booking: Booking, *, starts_at: datetime, now: datetime) -> None:
    """Let a locked appointment that is confirmed go only to a day (UTC) of which it is decided that
    it takes place, or is with these people (rule B31).

    Raises:
        TooFewSoFar: as its name says.
        BusyTryAgain: the lock did not come in time.
    """
    group = group_at(booking, starts_at) if booking.status == Booking.Status.CONFIRMED else None
    if group is None:
        return
    lock_people_of_day(group)
    if not starts_with_enough(booking, [starts_at], now=now):
        raise TooFewSoFar
