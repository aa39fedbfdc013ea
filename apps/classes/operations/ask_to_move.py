"""A customer asks for another session of a class where the team agrees to each one; their places
stay until the answer (rule B38). Taking the question back, a no, and what is due without an answer
are those of appointments (``bookings.operations.ask_to_move``)."""

from datetime import datetime

from django.db import transaction

from apps.availability.models import Session
from apps.bookings.models import Booking, BookingEvent, MoveRequest
from apps.bookings.operations.ask_to_move import (
    answerable_question,
    record_question,
    write_question,
)
from apps.bookings.operations.close_move import close_move
from apps.bookings.operations.errors import CannotMove, NotAllowed, StaleRevision
from apps.bookings.operations.paid import require_paid_then
from apps.bookings.operations.transitions import Actor, lock_booking
from apps.bookings.plan_uses import times_at
from apps.bookings.queries.attendance import was_missed
from apps.bookings.queries.move_requests import find_move_request
from apps.bookings.queries.moving import verdict_on_asking
from apps.businesses.models import TeamMember
from apps.catalog.models import Service
from apps.classes.operations.move import go_there, require_decided, require_open
from apps.classes.queries.other_sessions import find_other_session


@transaction.atomic
def ask_for_session(
    *,
    booking_id: int,
    business_id: int,
    revision: int,
    target_id: int,
    now: datetime,
    is_known: bool = False,
) -> Booking:
    """Ask the team, for the customer, whether a party may come to another session of its class.
    Nothing of the booking changes, and no place is kept there: nobody has two.

    is_known: its customer is signed in. The same question sent twice is one. Locks: booking, plan.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it since the page was made.
        NotAllowed: it is asked already, needs no question, or its policy does not allow it.
        CannotMove: it is no session of its class, or the one they have.
        NotBookable: the service, or the business, takes no bookings.
        CannotJoin: there are not so many places, or it is too late for that.
        TooFewSoFar: that one still waits for more people than these.
        PlanDoesNotPay: a plan pays for it, and not for that time.
    """
    booking = lock_booking(booking_id=booking_id, business_id=business_id, revision=None)
    known = find_move_request(booking=booking)
    if known is not None and known.session_id == target_id:
        return booking
    if booking.revision != revision:
        raise StaleRevision
    _require_may_ask(booking, known, now=now, is_known=is_known)
    target = _other(booking, target_id)
    require_open(booking, target, now=now)
    require_decided(booking, target, now=now)
    require_paid_then(booking, times=times_at(target), is_team=False)
    asked = write_question(booking, target, now=now)
    record_question(asked, BookingEvent.Action.MOVE_ASKED, Actor.of(None), now=now)
    return booking


def _require_may_ask(
    booking: Booking, known: MoveRequest | None, *, now: datetime, is_known: bool
) -> None:
    verdict = verdict_on_asking(
        booking=booking, has_asked=known is not None, now=now, is_known=is_known
    )
    if verdict.reason is not None:
        raise NotAllowed(verdict.reason)
    if booking.kind != Service.Kind.CLASS or was_missed(booking=booking, now=now):
        raise CannotMove


def _other(booking: Booking, target_id: int) -> Session:
    target = find_other_session(booking=booking, target_id=target_id)
    if not isinstance(target, Session) or target.pk == booking.session_id:
        raise CannotMove
    return target


@transaction.atomic
def accept_session(
    *, booking_id: int, business_id: int, revision: int, by: TeamMember, now: datetime
) -> Booking:
    """Say yes: the party goes to the session that was asked for, all of them or nobody, and its old
    places are offered to those who wait; its customer is told both times. Locks: booking, both
    sessions, plan.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it since the page was made.
        CannotMove: it is an appointment, or was missed.
        NotAllowed: nothing is asked (any more), or it can be answered no more.
        NoSeats: there are not so many places by now, or it was called off.
        TooFewSoFar: that one waits for more people than these.
        PlanDoesNotPay: a plan pays for it, and its one person has another visit then.
        BusyTryAgain: the lock did not come in time.
    """
    booking = lock_booking(booking_id=booking_id, business_id=business_id, revision=revision)
    asked = answerable_question(booking, now=now)
    if booking.kind != Service.Kind.CLASS or was_missed(booking=booking, now=now):
        raise CannotMove
    close_move(asked, state=MoveRequest.State.ACCEPTED, now=now)
    return go_there(booking, asked.session, by=by, now=now, is_settled=True)
