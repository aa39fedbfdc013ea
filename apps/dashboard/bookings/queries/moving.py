"""What the team reads before it moves a booking: the new time, session or run, what that costs, and
what the customer hears of it (rules B32, B18, B44)."""

from dataclasses import dataclass
from datetime import datetime

from apps.availability.models import CourseRun, Session
from apps.availability.operations import Claim
from apps.bookings.models import Booking
from apps.bookings.policy import Policy, is_free_now
from apps.bookings.states import Status
from apps.catalog.queries import Choice
from apps.classes.queries.transfer import prices_there
from apps.kernel.money import Money


@dataclass(frozen=True, slots=True)
class MoveCheck:
    """The new time (UTC); person is whose it will be, "" where nobody of the team takes part;
    is_anybody: whoever is free was chosen, and others might be. is_told: there is an e-mail
    address. ends_free: the customer can cancel free of charge now, and could not then."""

    starts_at: datetime
    ends_at: datetime
    person: str
    is_anybody: bool
    is_told: bool
    ends_free: bool


def read_move_check(
    *, booking: Booking, choice: Choice, claim: Claim, starts_at: datetime, now: datetime
) -> MoveCheck:
    """Read what a move to another start (UTC) would be; claim is what it would take. Nothing is
    changed. Customer and business come joined."""
    person = next((it.name for it in choice.staff if it.resource_id == claim.primary_id), "")
    return MoveCheck(
        starts_at=starts_at,
        ends_at=starts_at + (booking.ends_at - booking.starts_at),
        person=person,
        is_anybody=choice.chosen_staff is None and len(choice.staff) > 1,
        is_told=has_mailbox(booking),
        ends_free=_ends_free(booking, starts_at, now=now),
    )


def _ends_free(booking: Booking, starts_at: datetime, *, now: datetime) -> bool:
    """A request costs nothing to withdraw, at whatever time."""
    policy = Policy.from_snapshot(booking.policy_snapshot)
    is_promised = booking.status == Status.CONFIRMED
    was_free = is_free_now(policy=policy, starts_at=booking.starts_at, now=now)
    return is_promised and was_free and not is_free_now(policy=policy, starts_at=starts_at, now=now)


def has_mailbox(booking: Booking) -> bool:
    """Whether the customer can be told by e-mail; the customer comes joined."""
    return bool(booking.contact_email or (booking.customer and booking.customer.mailbox))


@dataclass(frozen=True, slots=True)
class SessionCheck:
    """The session of a class or the run of a course that a booking would go to. price is what it
    costs there (None where that is agreed later) and before what it costs here; more and less are
    the difference, one of them nothing. What is sent is the target with the price that was seen."""

    target: Session | CourseRun
    price: Money | None
    before: Money | None
    more: Money
    less: Money
    is_told: bool

    @property
    def value(self) -> str:
        """What the tap sends, in minor units."""
        if isinstance(self.target, CourseRun) and self.price is not None:
            return f"{self.target.pk}:{self.price.amount}"
        return str(self.target.pk)


def read_session_check(
    *, booking: Booking, target: Session | CourseRun, now: datetime
) -> SessionCheck:
    """Read what a move there would be; nothing is changed. Three queries for a course."""
    price = booking.price
    if isinstance(target, CourseRun):
        price = prices_there(booking=booking, runs=[target], now=now)[target.pk]
    more, currency = (price or 0) - (booking.price or 0), booking.currency
    return SessionCheck(
        target=target,
        price=None if price is None else Money(price, currency),
        before=None if booking.price is None else Money(booking.price, currency),
        more=Money(max(0, more), currency),
        less=Money(max(0, -more), currency),
        is_told=has_mailbox(booking),
    )
