"""What the team reads before it moves an appointment: the new time, and what the customer hears of
it (rule B32)."""

from dataclasses import dataclass
from datetime import datetime

from apps.bookings.models import Booking
from apps.bookings.policy import Policy, is_free_now
from apps.bookings.states import Status
from apps.catalog.queries import Choice


@dataclass(frozen=True, slots=True)
class MoveCheck:
    """The new time (UTC); person is who was chosen for it, "" for whoever is free, and has_team
    whether there is anybody to choose between. is_told: there is an e-mail address. ends_free: the
    customer can cancel free of charge now, and could not then."""

    starts_at: datetime
    ends_at: datetime
    person: str
    has_team: bool
    is_told: bool
    ends_free: bool


def read_move_check(
    *, booking: Booking, choice: Choice, starts_at: datetime, now: datetime
) -> MoveCheck:
    """Read what a move to another start (UTC) would be; nothing is changed. Customer and business
    come joined."""
    chosen = choice.chosen_staff
    mailbox = booking.contact_email or (booking.customer.mailbox if booking.customer else "")
    return MoveCheck(
        starts_at=starts_at,
        ends_at=starts_at + (booking.ends_at - booking.starts_at),
        person=chosen.name if chosen else "",
        has_team=len(choice.staff) > 1,
        is_told=bool(mailbox),
        ends_free=_ends_free(booking, starts_at, now=now),
    )


def _ends_free(booking: Booking, starts_at: datetime, *, now: datetime) -> bool:
    """A request costs nothing to withdraw, at whatever time."""
    policy = Policy.from_snapshot(booking.policy_snapshot)
    is_promised = booking.status == Status.CONFIRMED
    was_free = is_free_now(policy=policy, starts_at=booking.starts_at, now=now)
    return is_promised and was_free and not is_free_now(policy=policy, starts_at=starts_at, now=now)
