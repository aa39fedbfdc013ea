"""The team answers a request: yes, no, no with other times, and takes the answer back. Where it
does not answer in time, it is reminded, or the request ends."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.availability import operations as availability
from apps.availability.operations import Claim, NoSeats, SlotTaken
from apps.bookings import states
from apps.bookings.deadlines import Due
from apps.bookings.models import Booking, BookingEvent, SuggestedTime
from apps.bookings.operations.errors import DoesNotFit, NotAllowed, SuggestionTaken, TooLateToUndo
from apps.bookings.operations.paid import require_paid_then
from apps.bookings.operations.transitions import (
    Actor,
    lock_booking,
    outbox_key,
    record_transition,
    release_booking,
)
from apps.bookings.plan_uses import times_of
from apps.bookings.policy import Reason, may_decide
from apps.bookings.queries.offered import NoTime, choice_as_booked, claim_anyway, claim_of
from apps.bookings.queries.requests import answer_anew_by, due_for, find_overdue
from apps.bookings.queries.suggestions import BOOKED, MAX_SUGGESTED, find_free_starts, find_nearest
from apps.bookings.states import UNDO_WINDOW
from apps.businesses.models import TeamMember
from apps.outbox import operations as outbox
from apps.outbox.sweeping import each


def confirm_request(
    *,
    booking_id: int,
    revision: int,
    by: TeamMember,
    now: datetime,
    override_reason: str = "",
) -> Booking:
    """Confirm a request after looking again under the lock (rule B8).

    With override_reason the time is kept although something is in the way; the reason is stored
    and the booking is never flagged nor declined for it. With nothing in the way it is an ordinary
    confirmation, and the reason a line of its history. The mail leaves after the undo window of 10
    seconds.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody decided meanwhile.
        NotAllowed: it is not waiting for an answer.
        DoesNotFit: something is in the way now; reasons say what.
        BusyTryAgain: the lock did not come in time.
    """
    try:
        return _confirm(
            booking_id=booking_id, revision=revision, by=by, now=now, why=override_reason
        )
    except SlotTaken as taken:
        raise DoesNotFit from taken


@transaction.atomic
def _confirm(*, booking_id: int, revision: int, by: TeamMember, now: datetime, why: str) -> Booking:
    booking = lock_booking(booking_id=booking_id, business_id=by.business_id, revision=revision)
    verdict = may_decide(status=states.Status(booking.status))
    if not verdict.allowed and verdict.reason is not None:
        raise NotAllowed(verdict.reason)
    overrides = booking.seating_id is None and confirm_asked_time(
        booking, forced=bool(why), now=now
    )
    record_transition(
        booking,
        action=BookingEvent.Action.CONFIRMED,
        actor=Actor.of(by),
        now=now,
        reason=why,
        delay=UNDO_WINDOW,
        columns={
            "status": Booking.Status.CONFIRMED.value,
            "resource_id": booking.resource_id,
            "skip_availability_validation": overrides,
            "override_reason": why if overrides else "",
        },
    )
    return booking


def confirm_asked_time(booking: Booking, *, forced: bool = False, now: datetime) -> bool:
    """Take the time of a locked request for good, forced also when something is in the way; tell
    whether anything was. Seats need no such thing: they are kept from the request on.

    Raises:
        DoesNotFit, SlotTaken: it is not free.
        BusyTryAgain: the lock did not come in time.
    """
    claim = _claim(booking, now=now, forced=forced)
    if booking.session is None:
        raise DoesNotFit
    overrides = False
    if forced:
        overrides = availability.force_time(session_id=booking.session.pk, claim=claim, now=now)
    else:
        availability.confirm_time(session_id=booking.session.pk, claim=claim, now=now)
    booking.resource_id = claim.primary_id
    return overrides


def _claim(booking: Booking, *, now: datetime, forced: bool) -> Claim:
    find = claim_anyway if forced else claim_of
    try:
        return find(booking=booking, choice=choice_as_booked(booking=booking), now=now)
    except NoTime as none:
        raise DoesNotFit(none.reasons) from none


@transaction.atomic
def decline_request(
    *, booking_id: int, revision: int, by: TeamMember, now: datetime, reason: str = ""
) -> Booking:
    """Decline a request and give its time back (rule B1); the mail waits for the undo window.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody decided meanwhile.
        NotAllowed: it is not waiting for an answer.
    """
    booking = lock_booking(booking_id=booking_id, business_id=by.business_id, revision=revision)
    return decline_locked(booking, by=by, now=now, reason=reason)


def decline_locked(booking: Booking, *, by: TeamMember, now: datetime, reason: str) -> Booking:
    """Decline a request whose row is locked.

    Raises:
        NotAllowed: it is not waiting for an answer.
    """
    verdict = may_decide(status=states.Status(booking.status))
    if not verdict.allowed and verdict.reason is not None:
        raise NotAllowed(verdict.reason)
    release_booking(booking, now=now)
    record_transition(
        booking,
        action=BookingEvent.Action.DECLINED,
        actor=Actor.of(by),
        now=now,
        reason=reason,
        delay=UNDO_WINDOW,
        columns={"status": Booking.Status.DECLINED.value},
    )
    return booking


@transaction.atomic
def suggest_times(
    *,
    booking_id: int,
    revision: int,
    by: TeamMember,
    starts: Collection[datetime],
    now: datetime,
    message: str = "",
) -> Booking:
    """Decline a request and offer one to three other starts (UTC) in the same mail (rule B10).

    The suggested times are free now and are not kept: the customer takes one like any other slot.
    The decline can be undone like any other, and takes the suggestions back.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody decided meanwhile.
        NotAllowed: it is not waiting for an answer, or not one to three times were named.
        SuggestionTaken: some of the times are not free (any more); starts says which.
    """
    booking = lock_booking(booking_id=booking_id, business_id=by.business_id, revision=revision)
    if not 1 <= len(set(starts)) <= MAX_SUGGESTED:
        raise NotAllowed(Reason.WRONG_STATUS)
    free = find_free_starts(booking=booking, now=now)
    if taken := sorted(set(starts) - set(free)):
        raise SuggestionTaken(taken)
    declined = decline_locked(booking, by=by, now=now, reason=message)
    SuggestedTime.objects.bulk_create(
        SuggestedTime(booking=booking, starts_at=starts_at) for starts_at in sorted(set(starts))
    )
    return declined


def take_yes(suggested: SuggestedTime) -> SuggestedTime | None:
    """Lock the suggestion of a tap and take the team's yes for it. One yes is good for one booking:
    an older draft that took another of these times asks again. None where the yes is gone: it was
    taken back since the page was made, or one of the times is booked.

    To be called before any resource is locked. The suggestions come first, then their drafts, as
    in an undo; whoever sends one of those drafts at this moment has it locked, and is waited for.
    """
    others = SuggestedTime.objects.filter(booking_id=suggested.booking_id)
    locked = {it.pk: it for it in others.select_for_update().order_by("pk")}
    older = [it.taken_by_id for it in locked.values() if it.taken_by_id is not None]
    Booking.objects.filter(pk__in=older, status=Booking.Status.CREATED).update(
        skip_business_confirmation=False
    )
    is_used = Booking.objects.filter(pk__in=older, status__in=BOOKED).exists()
    return None if is_used else locked.get(suggested.pk)


def mark_taken(suggested: SuggestedTime, *, draft: Booking) -> None:
    """Say which draft took a suggestion that ``take_yes`` has locked."""
    SuggestedTime.objects.filter(pk=suggested.pk).update(taken_by=draft)


def undo_decision(*, booking_id: int, revision: int, by: TeamMember, now: datetime) -> Booking:
    """Take a confirmation or a decline back while its mail has not left (rule B11).

    The booking is a request again, with its time, and with a while to answer it anew; the history
    keeps both lines.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it meanwhile.
        NotAllowed: the last transition was not a decision.
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
    record_transition(
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
    except states.IllegalTransition as illegal:
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
        availability.confirm_seats(seating_id=booking.seating_id, now=now)
        return
    session = booking.session
    if session is None:
        return
    if booking.was_asked_for and booking.as_booked.allows_multiple_requests:
        availability.revert_to_request(session_id=session.pk)
    elif booking.status == Booking.Status.DECLINED:
        claim = claim_of(booking=booking, choice=choice_as_booked(booking=booking), now=now)
        availability.confirm_time(session_id=session.pk, claim=claim, now=now)
    elif session.occupancies.filter(enforced=False).exists() and not booking.double_booked:
        # It was confirmed over something that is there: without the override it keeps nothing.
        availability.revert_to_request(session_id=session.pk)


def settle_unanswered(*, now: datetime) -> int:
    """Do what is due for requests without an answer, longest overdue first; return how many.

    Computed from the rows as they are, each in a transaction of its own: run twice it does
    nothing, and one that is busy at the moment waits for the next turn without stopping others.
    """
    return each(find_overdue(now=now), lambda keys: _settle(*keys, now=now))


@transaction.atomic
def _settle(booking_id: int, business_id: int, *, now: datetime) -> bool:
    booking = lock_booking(booking_id=booking_id, business_id=business_id, revision=None)
    due = due_for(booking=booking, now=now)
    if due is Due.REMIND:
        _remind(booking, now=now)
    if due is Due.DECLINE:
        _end(booking, now=now)
    return due is not Due.NOTHING


def _remind(booking: Booking, *, now: datetime) -> None:
    record_transition(
        booking, action=BookingEvent.Action.OVERDUE, actor=Actor.system(), now=now, columns={}
    )


def _end(booking: Booking, *, now: datetime) -> None:
    """Decline with the nearest free times; like any that are suggested, they are not kept."""
    suggested = find_nearest(booking=booking, now=now)
    release_booking(booking, now=now)
    words = _("%(business)s could not answer in time.")
    record_transition(
        booking,
        action=BookingEvent.Action.LAPSED,
        actor=Actor.system(),
        now=now,
        reason=words % {"business": booking.business.name},
        columns={"status": Booking.Status.DECLINED.value},
    )
    SuggestedTime.objects.bulk_create(
        SuggestedTime(booking=booking, starts_at=starts_at) for starts_at in suggested
    )
