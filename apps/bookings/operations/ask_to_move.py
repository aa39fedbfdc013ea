"""A customer asks for another time where the team agrees to each one; the booking keeps its own
until the answer. The team says yes or no, the customer takes the question back, or nobody answers
in time (rule B38)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.db import transaction

from apps.availability import operations as availability
from apps.availability.models import Occupancy, Session
from apps.availability.operations import Claim, SlotTaken
from apps.bookings.deadlines import Due, Rule
from apps.bookings.models import Booking, BookingEvent, MoveRequest
from apps.bookings.operations.close_move import close_move
from apps.bookings.operations.errors import (
    CannotMove,
    DoesNotFit,
    NotAllowed,
    NotBookable,
    SlotGone,
    StaleRevision,
)
from apps.bookings.operations.paid import require_paid_then
from apps.bookings.operations.reschedule import (
    ATTEMPTS,
    claim_there,
    columns_there,
    require_enough_then,
    selection_of,
)
from apps.bookings.operations.transitions import Actor, lock_booking, record_transition
from apps.bookings.policy import Reason
from apps.bookings.queries.move_requests import (
    due_for_move,
    find_move_request,
    find_overdue_moves,
    is_answerable,
)
from apps.bookings.queries.moving import choice_to_move, verdict_on_asking
from apps.bookings.queries.offered import NoTime, claim_of, find_claim, query_again
from apps.businesses.models import TeamMember
from apps.catalog.models import Service
from apps.catalog.queries import UnknownChoice, is_bookable
from apps.outbox.sweeping import each

Action = BookingEvent.Action
State = MoveRequest.State


def ask_to_move(
    *,
    booking_id: int,
    business_id: int,
    revision: int,
    starts_at: datetime,
    resource_id: int | None,
    now: datetime,
    is_known: bool = False,
) -> Booking:
    """Ask the team, for the customer, whether a confirmed appointment may go to another free start
    (UTC). Nothing of the booking changes. The time that is asked for is held until the answer, as
    that of a request is (rule B9); where several may ask for one time, or where it overlaps the
    booking's own, it is not.

    resource_id is the person who is wanted then, None for whoever is free; is_known: its customer
    is signed in. The same question sent twice is one. Locks: booking, people of its day, resources,
    plan.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it since the page was made.
        NotAllowed: it is asked already, needs no question, or its policy does not allow it.
        NotBookable: the service, or the business, takes no bookings.
        SlotGone: the time is not free (any more), or not with that person.
        TooFewSoFar: that day still waits for more people than these.
        PlanDoesNotPay: a plan pays for it, and not for that time.
        BusyTryAgain: the lock did not come in time.
    """
    for _attempt in range(ATTEMPTS):
        try:
            return _ask_once(
                booking_id=booking_id,
                business_id=business_id,
                revision=revision,
                starts_at=starts_at,
                resource_id=resource_id,
                now=now,
                is_known=is_known,
            )
        except SlotTaken:
            continue
    raise SlotGone


@transaction.atomic
def _ask_once(
    *,
    booking_id: int,
    business_id: int,
    revision: int,
    starts_at: datetime,
    resource_id: int | None,
    now: datetime,
    is_known: bool = False,
) -> Booking:
    booking = lock_booking(booking_id=booking_id, business_id=business_id, revision=None)
    known = find_move_request(booking=booking)
    if known is not None and _is_the_same(known, starts_at, resource_id):
        return booking
    if booking.revision != revision:
        raise StaleRevision
    verdict = verdict_on_asking(
        booking=booking, has_asked=known is not None, now=now, is_known=is_known
    )
    if verdict.reason is not None:
        raise NotAllowed(verdict.reason)
    if not is_bookable(service=booking.service):
        raise NotBookable
    require_enough_then(booking, starts_at=starts_at, now=now)
    claim = claim_there(booking, starts_at=starts_at, resource_id=resource_id, now=now)
    asked = _write_down(booking, claim, is_for_somebody=resource_id is not None, now=now)
    require_paid_then(booking, times=[(claim.starts_at, claim.ends_at)], is_team=False)
    record_question(asked, Action.MOVE_ASKED, Actor.of(None), now=now)
    return booking


def _is_the_same(asked: MoveRequest, starts_at: datetime, resource_id: int | None) -> bool:
    named = asked.resource_id if asked.is_for_somebody else None
    return (asked.session.starts_at, named) == (starts_at, resource_id)


def _write_down(
    booking: Booking, claim: Claim, *, is_for_somebody: bool, now: datetime
) -> MoveRequest:
    last = min(booking.starts_at, claim.starts_at)
    ends = Rule(booking.service.unanswered) is Rule.DECLINE
    until = min(_answer_by(booking, now), last) if ends else last
    return write_question(
        booking,
        _keep(booking, claim, until=until, now=now),
        resource_id=claim.primary_id,
        is_for_somebody=is_for_somebody,
        now=now,
    )


def _answer_by(booking: Booking, now: datetime) -> datetime:
    return now + timedelta(hours=booking.business.answer_within_hours)


def write_question(
    booking: Booking,
    session: Session,
    *,
    now: datetime,
    resource_id: int | None = None,
    is_for_somebody: bool = False,
) -> MoveRequest:
    """Write down, for a locked booking, that its customer asks for the time of a session."""
    answer_by = min(_answer_by(booking, now), booking.starts_at, session.starts_at)
    return MoveRequest.objects.create(
        business_id=booking.business_id,
        booking=booking,
        session=session,
        resource_id=resource_id,
        is_for_somebody=is_for_somebody,
        unanswered=Rule(booking.service.unanswered).value,
        asked_at=now,
        answer_by=answer_by,
    )


def _keep(booking: Booking, claim: Claim, *, until: datetime, now: datetime) -> Session:
    """Hold the time of a claim until then (UTC), where it can be."""
    if booking.service.allows_multiple_requests or _overlaps_its_own(booking, claim):
        return availability.request_time(claim=claim)
    return availability.take_time(claim=claim, now=now, expires_at=until, counts=False)


def _overlaps_its_own(booking: Booking, claim: Claim) -> bool:
    start, end = (datetime.fromtimestamp(edge, UTC) for edge in claim.footprint)
    own = Occupancy.objects.filter(session_id=booking.session_id or 0)
    met = own.filter(resource_id__in=claim.resource_ids, starts_at__lt=end, ends_at__gt=start)
    return met.exists()


@transaction.atomic
def withdraw_move(*, booking_id: int, business_id: int, revision: int, now: datetime) -> Booking:
    """Take the customer's question back: the booking stays as it is, what was held is free.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: it was answered, or changed, since the page was made.
        NotAllowed: nothing is asked (any more).
    """
    booking = lock_booking(booking_id=booking_id, business_id=business_id, revision=revision)
    asked = _open_one(booking)
    close_move(asked, state=State.WITHDRAWN, now=now)
    record_question(asked, Action.MOVE_DROPPED, Actor.of(None), now=now)
    return booking


def accept_move(
    *, booking_id: int, business_id: int, revision: int, by: TeamMember, now: datetime
) -> Booking:
    """Say yes: the booking goes to the time that was asked for, and its old one is free by that, in
    one transaction; its customer is told both. What is not held is looked at again. Locks: booking,
    people of its day, resources, plan.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it since the page was made.
        CannotMove: it is a class, which has a way of its own.
        NotAllowed: nothing is asked (any more), or it can be answered no more.
        DoesNotFit: something is in the way there now; reasons say what.
        TooFewSoFar: that day still waits for more people than these.
        PlanDoesNotPay: a plan pays for it, and its one person has another visit then.
        BusyTryAgain: the lock did not come in time.
    """
    try:
        return _accept(
            booking_id=booking_id, business_id=business_id, revision=revision, by=by, now=now
        )
    except SlotTaken as taken:
        raise DoesNotFit from taken


@transaction.atomic
def _accept(
    *, booking_id: int, business_id: int, revision: int, by: TeamMember, now: datetime
) -> Booking:
    booking = lock_booking(booking_id=booking_id, business_id=business_id, revision=revision)
    if booking.kind != Service.Kind.APPOINTMENT:
        raise CannotMove
    asked = answerable_question(booking, now=now)
    require_enough_then(booking, starts_at=asked.session.starts_at, now=now)
    claim = _take_asked(asked, now=now)
    close_move(asked, state=State.ACCEPTED, now=now)
    require_paid_then(booking, times=[(claim.starts_at, claim.ends_at)], is_team=True)
    named = claim.primary_id if asked.is_for_somebody else None
    record_transition(
        booking,
        action=Action.MOVED,
        actor=Actor.of(by),
        now=now,
        columns={**columns_there(booking, claim), "selection": selection_of(named)},
    )
    return booking


def _take_asked(asked: MoveRequest, *, now: datetime) -> Claim:
    """Give the booking the time that it asked for: the one that is held, else what is free then.

    Raises:
        DoesNotFit, SlotTaken: it is not free.
        BusyTryAgain: the lock did not come in time.
    """
    booking, mine = asked.booking, asked.booking.session_id or 0
    is_held = Occupancy.objects.filter(session_id=asked.session_id).held(now).exists()
    try:
        choice = choice_to_move(booking=booking, resource_id=_wanted(asked, is_held=is_held))
        if is_held:
            claim = claim_of(booking=_as_asked(asked), choice=choice, now=now)
            availability.take_over_time(
                session_id=mine, held_id=asked.session_id, claim=claim, now=now
            )
            return claim
        query = replace(query_again(booking=booking, choice=choice), ignores_limits=True)
        claim = find_claim(query=query, starts_at=asked.session.starts_at, now=now)
        availability.grant_time(session_id=mine, claim=claim, now=now)
    except NoTime as none:
        raise DoesNotFit(none.reasons) from none
    except UnknownChoice as unknown:
        raise DoesNotFit from unknown
    return claim


def _wanted(asked: MoveRequest, *, is_held: bool) -> int | None:
    """Who is meant: whoever is held, else whom its customer named."""
    return asked.resource_id if is_held or asked.is_for_somebody else None


def _as_asked(asked: MoveRequest) -> Booking:
    """The booking as it would be there; never saved."""
    booking = asked.booking
    return Booking(
        business=booking.business,
        service=booking.service,
        location=booking.location,
        session_id=asked.session_id,
        resource_id=asked.resource_id,
        starts_at=asked.session.starts_at,
        ends_at=asked.session.ends_at,
    )


@transaction.atomic
def decline_move(
    *,
    booking_id: int,
    business_id: int,
    revision: int,
    by: TeamMember,
    now: datetime,
    reason: str = "",
) -> Booking:
    """Say no: the booking stays where it is, what was held is free, and its customer is told.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it since the page was made.
        NotAllowed: nothing is asked (any more), or it can be answered no more.
    """
    booking = lock_booking(booking_id=booking_id, business_id=business_id, revision=revision)
    asked = answerable_question(booking, now=now)
    close_move(asked, state=State.DECLINED, now=now)
    record_question(asked, Action.MOVE_REFUSED, Actor.of(by), now=now, reason=reason)
    return booking


def settle_unanswered_moves(*, now: datetime) -> int:
    """Do what is due for requests to move without an answer, longest overdue first; return how
    many: the team is reminded once, or the request ends, as the service said, and at the latest
    when one of both times begins. The booking stays where it is. Run twice it does nothing."""
    return each(find_overdue_moves(now=now), lambda keys: _settle(*keys, now=now))


@transaction.atomic
def _settle(booking_id: int, business_id: int, *, now: datetime) -> bool:
    booking = lock_booking(booking_id=booking_id, business_id=business_id, revision=None)
    asked = find_move_request(booking=booking)
    due = due_for_move(asked, now=now) if asked is not None else Due.NOTHING
    if asked is None or due is Due.NOTHING:
        return False
    if due is Due.REMIND:
        asked.reminded_at = now
        asked.save(update_fields=["reminded_at"])
        record_question(asked, Action.MOVE_OVERDUE, Actor.system(), now=now)
    else:
        close_move(asked, state=State.LAPSED, now=now)
        record_question(asked, Action.MOVE_LAPSED, Actor.system(), now=now)
    return True


def _open_one(booking: Booking) -> MoveRequest:
    asked = find_move_request(booking=booking)
    if asked is None:
        raise NotAllowed(Reason.WRONG_STATUS)
    return asked


def answerable_question(booking: Booking, *, now: datetime) -> MoveRequest:
    """The open request of a locked booking, as long as the team can answer it.

    Raises:
        NotAllowed: nothing is asked (any more), or it can be answered no more.
    """
    asked = _open_one(booking)
    if not is_answerable(asked, now=now):
        raise NotAllowed(Reason.OVER)
    return asked


def record_question(
    asked: MoveRequest, action: Action, actor: Actor, *, now: datetime, reason: str = ""
) -> None:
    """The line of history says which request it is about, for whoever is told of it."""
    said = {"move_request": str(asked.pk)}
    record_transition(
        asked.booking, action=action, actor=actor, now=now, columns={}, reason=reason, said=said
    )
