from datetime import datetime

from django.db import transaction

from apps.availability import operations as availability
from apps.availability.operations import Claim, SlotTaken
from apps.bookings import states
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations._errors import DoesNotFit, NotAllowed
from apps.bookings.operations._moves import Actor, lock_booking, write_move
from apps.bookings.policy import may_decide
from apps.bookings.queries import NoTime, choice_as_booked, claim_anyway, claim_of
from apps.bookings.states import UNDO_WINDOW
from apps.businesses.models import TeamMember


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
    overrides = booking.seating_id is None and keep_asked_time(booking, forced=bool(why), now=now)
    write_move(
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


def keep_asked_time(booking: Booking, *, forced: bool = False, now: datetime) -> bool:
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
        availability.keep_time(session_id=booking.session.pk, claim=claim, now=now)
    booking.resource_id = claim.primary_id
    return overrides


def _claim(booking: Booking, *, now: datetime, forced: bool) -> Claim:
    find = claim_anyway if forced else claim_of
    try:
        return find(booking=booking, choice=choice_as_booked(booking=booking), now=now)
    except NoTime as none:
        raise DoesNotFit(none.reasons) from none
