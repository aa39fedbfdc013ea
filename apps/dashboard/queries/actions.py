"""What may be done with a booking now, by this person: the booking's rules cut by the role's."""

from datetime import datetime

from apps.bookings.models import Booking
from apps.bookings.policy import Policy, allowed_actions
from apps.bookings.states import Status
from apps.dashboard.desk import Desk
from apps.dashboard.roles import permitted


def actions_of(booking: Booking, *, desk: Desk, now: datetime) -> frozenset[str]:
    """Name the actions as CONFIRM, DECLINE, CANCEL, NOTE; the buttons are what the POST accepts."""
    allowed = allowed_actions(
        policy=Policy.from_snapshot(booking.policy_snapshot),
        status=Status(booking.status),
        starts_at=booking.starts_at,
        now=now,
        is_team=True,
    )
    return frozenset(action.value for action in permitted(allowed, rights=desk.rights))
