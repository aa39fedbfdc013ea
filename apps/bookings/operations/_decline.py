from datetime import datetime

from django.db import transaction

from apps.bookings import states
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations._errors import NotAllowed
from apps.bookings.operations._kept import give_back
from apps.bookings.operations._moves import Actor, lock_booking, write_move
from apps.bookings.policy import may_decide
from apps.bookings.states import UNDO_WINDOW
from apps.businesses.models import TeamMember


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
    give_back(booking, now=now)
    write_move(
        booking,
        action=BookingEvent.Action.DECLINED,
        actor=Actor.of(by),
        now=now,
        reason=reason,
        delay=UNDO_WINDOW,
        columns={"status": Booking.Status.DECLINED.value},
    )
    return booking
