"""Cancel a booking and free its time (rule B12)."""

from datetime import datetime

from django.db import transaction

from apps.bookings import states
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations.errors import NotAllowed
from apps.bookings.operations.transitions import (
    Actor,
    lock_booking,
    record_transition,
    release_booking,
)
from apps.bookings.policy import Policy, may_cancel
from apps.bookings.states import UNDO_WINDOW
from apps.businesses.models import TeamMember


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
) -> Booking:
    """Cancel a booking and give its time back (rule B12): for the team, or (by None) the customer.

    The customer's right is read from the policy frozen with the booking (rule B5). The mail of a
    cancellation by the team waits for the undo window of 10 seconds. waives_policy: whoever cancels
    is not at fault, so that no limit counts.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it meanwhile.
        NotAllowed: it is over, final, or too late by its policy.
    """
    booking = lock_booking(booking_id=booking_id, business_id=business_id, revision=revision)
    verdict = may_cancel(
        policy=Policy.from_snapshot(booking.policy_snapshot),
        status=states.Status(booking.status),
        starts_at=booking.starts_at,
        now=now,
        is_team=by is not None or waives_policy,
    )
    if not verdict.allowed and verdict.reason is not None:
        raise NotAllowed(verdict.reason)
    release_booking(booking, now=now)
    record_transition(
        booking,
        action=BookingEvent.Action.CANCELED,
        actor=Actor.of(by),
        now=now,
        reason=reason,
        delay=UNDO_WINDOW,
        columns={"status": Booking.Status.CANCELED.value},
    )
    return booking
