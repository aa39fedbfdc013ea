from datetime import datetime

from django.db import transaction

from apps.availability import operations as availability
from apps.availability.operations import NoSeats, SlotTaken
from apps.bookings import states
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations._errors import DoesNotFit, NotAllowed, TooLateToUndo
from apps.bookings.operations._moves import (
    Actor,
    lock_booking,
    outbox_key,
    write_move,
)
from apps.bookings.operations._paid_then import require_paid_then
from apps.bookings.policy import Reason
from apps.bookings.queries import NoTime, choice_as_booked, claim_of
from apps.bookings.queries.unanswered import answer_anew_by
from apps.bookings.queries.visit_times import times_of
from apps.bookings.states import UNDO_WINDOW
from apps.businesses.models import TeamMember
from apps.outbox import operations as outbox


def undo_decision(*, booking_id: int, revision: int, by: TeamMember, now: datetime) -> Booking:
    """Take a confirmation or a decline back while its mail has not left (rule B11).

    The booking is a request again, with its time, and with a while to answer it anew; the history
    keeps both lines.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it meanwhile.
        NotAllowed: the last move was not a decision.
        TooLateToUndo: 10 seconds are over, the mail is on its way, or a suggested time was taken.
        PlanDoesNotPay: the plan that pays a declined one has another visit of its one person now.
        DoesNotFit: the time of a declined request went to somebody else meanwhile.
        BusyTryAgain: the lock did not come in time.
    """
    try:
        return _undo(booking_id=booking_id, revision=revision, by=by, now=now)
    except (SlotTaken, NoSeats, NoTime) as taken:
        raise DoesNotFit from taken


@transaction.atomic
def _undo(*, booking_id: int, revision: int, by: TeamMember, now: datetime) -> Booking:
    booking = lock_booking(booking_id=booking_id, business_id=by.business_id, revision=revision)
    _require_recent_decision(booking, now=now)
    if not outbox.withdraw(keys=[outbox_key(booking)]):
        raise TooLateToUndo
    _take_suggestions_back(booking)
    _restore_time(booking, now=now)
    was_declined = booking.status == Booking.Status.DECLINED
    write_move(
        booking,
        action=BookingEvent.Action.UNDONE,
        actor=Actor.of(by),
        now=now,
        columns={
            "status": Booking.Status.PENDING.value,
            "answer_by": answer_anew_by(booking, now=now),
            "skip_availability_validation": False,
            "override_reason": "",
        },
    )
    if was_declined:  # its plan is locked after all times
        require_paid_then(booking, times=times_of([booking]), is_team=True)
    return booking


def _require_recent_decision(booking: Booking, *, now: datetime) -> None:
    try:
        states.require_undo(booking.status, states.Status.PENDING)
    except states.IllegalMove as illegal:
        raise NotAllowed(Reason.WRONG_STATUS) from illegal
    last = booking.history.order_by("-pk").first()
    decisions = {BookingEvent.Action.CONFIRMED, BookingEvent.Action.DECLINED}
    if last is None or last.action not in decisions or last.actor != BookingEvent.Actor.TEAM:
        raise NotAllowed(Reason.WRONG_STATUS)
    if now >= last.at + UNDO_WINDOW:  # from that instant on the mail may leave
        raise TooLateToUndo


def _take_suggestions_back(booking: Booking) -> None:
    """Nothing is suggested any more: whoever is filling in a suggested time asks like anybody.

    Raises:
        TooLateToUndo: one of the times is booked already, or is being paid for.
    """
    locked = booking.suggestions.select_for_update().order_by("pk")
    taken = [it.taken_by_id for it in locked if it.taken_by_id is not None]
    theirs = Booking.objects.select_for_update().filter(pk__in=taken).order_by("pk")
    for other in theirs:
        is_paying = other.payment_option == Booking.PaymentOption.ONLINE
        if other.status in states.OCCUPYING or is_paying:
            raise TooLateToUndo
    theirs.filter(status=Booking.Status.CREATED).update(skip_business_confirmation=False)
    booking.suggestions.all().delete()


def _restore_time(booking: Booking, *, now: datetime) -> None:
    """What a request occupies depends on the service: its time, or nothing yet (rule B9)."""
    if booking.seating_id is not None:
        availability.keep_seats(seating_id=booking.seating_id, now=now)
        return
    session = booking.session
    if session is None:
        return
    if booking.was_asked_for and booking.as_booked.allows_multiple_requests:
        availability.unkeep_time(session_id=session.pk)
    elif booking.status == Booking.Status.DECLINED:
        claim = claim_of(booking=booking, choice=choice_as_booked(booking=booking), now=now)
        availability.keep_time(session_id=session.pk, claim=claim, now=now)
    elif session.occupancies.filter(enforced=False).exists() and not booking.double_booked:
        # It was confirmed over something that is there: without the override it keeps nothing.
        availability.unkeep_time(session_id=session.pk)
