"""Move a party to another session of its class or another run of its course (rule B18), and take
that back (rule B45)."""

from datetime import datetime
from typing import Any

from django.db import transaction

from apps.availability import operations as availability
from apps.availability.models import CourseRun, Session
from apps.availability.operations import NoSeats
from apps.bookings import states
from apps.bookings.announcements import announce_free_places
from apps.bookings.joining import may_join
from apps.bookings.models import PUT_BACK, Booking, BookingEvent
from apps.bookings.operations.drafts import clock_columns, place_columns
from apps.bookings.operations.errors import (
    CannotJoin,
    CannotMove,
    DoesNotFit,
    NotBookable,
    TooFewSoFar,
)
from apps.bookings.operations.paid import require_paid_then
from apps.bookings.operations.reschedule import columns_of_old, lock_to_undo
from apps.bookings.operations.transitions import (
    Actor,
    deadline_columns,
    lock_booking,
    record_transition,
    take_up_again,
)
from apps.bookings.plan_uses import times_at
from apps.bookings.policy import may_move_to_session
from apps.bookings.queries.attendance import policy_of_customer, was_missed
from apps.bookings.queries.joinables import join_rules_of, joinable_of, lead_of
from apps.bookings.queries.minimum import lacking
from apps.bookings.queries.moving import times_moved
from apps.bookings.queries.requests import may_leave
from apps.bookings.queries.undoing_move import find_old_session
from apps.businesses.models import TeamMember
from apps.catalog.queries import is_offered, policy_of


@transaction.atomic
def move_places(
    *,
    booking: Booking,
    target: Session | CourseRun,
    by: TeamMember | None,
    now: datetime,
    revision: int | None = None,
    is_known: bool = False,
    price: int | None = None,
    message: str = "",
) -> Booking:
    """Let a party go to another session of the same class, or to another run of the same course,
    all of them or nobody (rules B18, B15).

    The places it leaves are offered to those who wait. The team may move whenever it likes, but for
    a plan that is for one person, who is at one visit at a time (rule M16); the customer (by
    None; is_known: signed in) as the policy frozen with the booking says, never with a course, and
    only where customers could book it online now (rule B31). revision is the one that the page was
    made of, None where nothing was read before. price is what it costs there, in minor units, None
    as it was; its order is the caller's to bring into line. message is what the team writes to the
    customer about it.

    Raises:
        StaleRevision: somebody changed it since the page was made.
        CannotMove: as its name says.
        PlanDoesNotPay: the plan that pays is over by then, and the team does not say so, or it pays
            another visit of its one person at that time.
        NotBookable: a customer wants it while the service, or the business, takes no bookings.
        CannotJoin: there are not so many places, or it is too late for that.
        TooFewSoFar: it is confirmed, and that one still waits for more people than these.
        NoSeats, BusyTryAgain: somebody was faster.
    """
    of = booking.business_id
    locked = lock_booking(booking_id=booking.pk, business_id=of, revision=revision)
    _require_allowed(locked, target, is_team=by is not None, is_known=is_known, now=now)
    if by is None:
        require_open(locked, target, now=now)
    return go_there(
        locked,
        target,
        by=by,
        now=now,
        columns={} if price is None else {"price": price},
        is_settled=by is not None,
        reason=message,
    )


def undo_move_of_places(
    *, booking_id: int, business_id: int, revision: int, now: datetime, is_known: bool = False
) -> Booking:
    """Take a move of a party to another session by its customer back within ten minutes (rule B45):
    all of them to the old session, if their places are still free there. Otherwise as
    ``bookings.undo_move``. Locks: booking, both sessions, plan.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it since the page was made.
        TooLateToUndo: there is no such move (any more).
        DoesNotFit: the places went to somebody else, or it was called off.
        TooFewSoFar: it is confirmed, and the old one waits for more people than these.
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
    except NoSeats as taken:
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
    session = find_old_session(booking=booking, old=old)
    if session is None or not session.takes_place:
        raise DoesNotFit
    again: dict[str, Any] = {"columns": columns_of_old(old), "said": {PUT_BACK: "1"}}
    go_there(booking, session, by=None, now=now, is_settled=True, **again)
    take_up_again(booking, ended_by=old.event, now=now)
    return booking


def go_there(
    locked: Booking,
    target: Session | CourseRun,
    *,
    by: TeamMember | None,
    now: datetime,
    columns: dict[str, Any] | None = None,
    said: dict[str, str] | None = None,
    is_settled: bool = False,
    reason: str = "",
) -> Booking:
    """Take a locked booking's places in another session or run, and give its own back. columns are
    what changes beside that, said and reason what its history tells; is_settled: that its plan pays
    then was asked before, or the team answers for it.

    Raises:
        TooFewSoFar, PlanDoesNotPay, NoSeats, BusyTryAgain: as ``move_places`` says.
    """
    availability.lock_for_move(seating_id=locked.seating_id, target=target)
    require_decided(locked, target, now=now)
    old, left = locked.seating_id, locked.course_run or locked.session
    seating = availability.seat(target=target, seats=locked.party_size, expires_at=None)
    availability.take_seats(seating=seating, now=now)
    require_paid_then(locked, times=times_at(target), is_team=is_settled)
    record_transition(
        locked,
        action=BookingEvent.Action.MOVED,
        actor=Actor.of(by),
        now=now,
        columns={**_columns(locked, target, seating_id=seating.pk), **(columns or {})},
        said=said,
        reason=reason,
    )
    if old is not None:
        availability.release_seats(seating_id=old, now=now)
    if left is not None:
        announce_free_places(left, now=now)
    return locked


def _columns(
    booking: Booking, target: Session | CourseRun, *, seating_id: int
) -> dict[str, object]:
    is_session = isinstance(target, Session)
    return {
        "session_id": target.pk if is_session else None,
        "course_run_id": None if is_session else target.pk,
        "seating_id": seating_id,
        "starts_at": target.starts_at,
        "ends_at": target.ends_at,
        **deadline_columns(booking, starts_at=target.starts_at, ends_at=target.ends_at),
        **clock_columns(booking, starts_at=target.starts_at, location_id=target.location_id),
        "location_id": target.location_id,
        "resource_id": lead_of(target),
        **place_columns(booking, target.location),
    }


def _require_allowed(
    booking: Booking,
    target: Session | CourseRun,
    *,
    is_team: bool,
    is_known: bool,
    now: datetime,
) -> None:
    here = booking.course_run_id if isinstance(target, CourseRun) else booking.session_id
    policy = policy_of_customer(booking=booking, is_known=is_known)
    allowed = may_move_to_session(
        policy=policy,
        status=states.Status(booking.status),
        kind=booking.kind,
        starts_at=booking.starts_at,
        now=now,
        is_team=is_team,
        moved=0 if is_team else times_moved(booking, policy),
    )
    if not allowed or was_missed(booking=booking, now=now):
        raise CannotMove
    if target.service_id != booking.service_id or here == target.pk:
        raise CannotMove
    if not is_team and not may_leave(booking):
        raise CannotMove


def require_decided(booking: Booking, target: Session | CourseRun, *, now: datetime) -> None:
    """Whoever is confirmed goes only where it is decided that it takes place, or is with them."""
    if booking.status != Booking.Status.CONFIRMED:
        return
    if lacking(target, booking.service, now=now) > booking.party_size:
        raise TooFewSoFar


def require_open(booking: Booking, target: Session | CourseRun, *, now: datetime) -> None:
    """Refuse what customers cannot book now. The people are those who are booked, however many a
    booking may bring now; they come as whoever books now does, and not where nobody can.

    Raises:
        NotBookable, CannotJoin: as ``move_places`` says.
    """
    if not is_offered(service=booking.service):
        raise NotBookable
    joinable = joinable_of(target, besides=None, now=now)
    rules = join_rules_of(policy_of(service=booking.service))
    joining = may_join(joinable, rules=rules, seats=booking.party_size, now=now)
    if not joining.is_open:
        raise CannotJoin(joining)
