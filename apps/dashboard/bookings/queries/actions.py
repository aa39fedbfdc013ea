"""What may be done with a booking now, by this person: the booking's rules cut by the role's."""

from datetime import datetime

from apps.bookings.models import Booking
from apps.bookings.policy import Action, Policy, allowed_actions
from apps.bookings.states import Status
from apps.dashboard.access import Access
from apps.dashboard.roles import permitted


def actions_of(booking: Booking, *, access: Access, now: datetime) -> frozenset[str]:
    """Name the actions as CONFIRM, DECLINE, SUGGEST, CANCEL, NOTE; the buttons are what the POST
    accepts. Other times are suggested for appointments only: a class or course has its own."""
    allowed = allowed_actions(
        policy=Policy.from_snapshot(booking.policy_snapshot),
        status=Status(booking.status),
        starts_at=booking.starts_at,
        now=now,
        is_team=True,
    )
    named = frozenset(action.value for action in permitted(allowed, rights=access.rights))
    suggests = Action.DECLINE in named and booking.seating_id is None
    return named | {"SUGGEST"} if suggests else named
