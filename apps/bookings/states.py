"""Where a booking stands and where it may go (rule B1), and what becomes of a draft whose details
are complete (rule B3). Pure.

REFUNDED is a payment status; an undone decision is a transition of its own, allowed only within the
undo window (docs/adr/).
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

UNDO_WINDOW = timedelta(seconds=10)
"""For so long the team can take an answer back (rule B11)."""


class Status(StrEnum):
    CREATED = "CREATED"
    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    WAITING_LIST = "WAITING_LIST"
    DECLINED = "DECLINED"
    CANCELED = "CANCELED"


class PaymentStatus(StrEnum):
    UNDEFINED = "UNDEFINED"
    NOT_PAID = "NOT_PAID"
    PARTIALLY_PAID = "PARTIALLY_PAID"
    PAID = "PAID"
    REFUNDED = "REFUNDED"
    EXEMPT = "EXEMPT"


class IllegalTransition(Exception):
    """The table of states has no such transition from the state the booking is in."""


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.CREATED: frozenset({Status.PENDING, Status.CONFIRMED, Status.DECLINED}),
    Status.PENDING: frozenset({Status.CONFIRMED, Status.DECLINED, Status.CANCELED}),
    Status.CONFIRMED: frozenset({Status.CANCELED}),
    Status.WAITING_LIST: frozenset(
        {Status.PENDING, Status.CONFIRMED, Status.DECLINED, Status.CANCELED}
    ),
    Status.DECLINED: frozenset(),
    Status.CANCELED: frozenset(),
}
UNDOABLE: dict[Status, frozenset[Status]] = {
    Status.CONFIRMED: frozenset({Status.PENDING}),
    Status.DECLINED: frozenset({Status.PENDING}),
    Status.CANCELED: frozenset({Status.PENDING, Status.CONFIRMED}),
}
"""What may be taken back: the team's answer to a request, the customer's own cancellation."""
OCCUPYING = frozenset({Status.PENDING, Status.CONFIRMED})
FINAL = frozenset(status for status, onward in TRANSITIONS.items() if not onward)


def require_transition(current: str, target: str) -> None:
    """Let a lawful transition pass.

    Raises:
        IllegalTransition: the table has no such transition (rule B1).
    """
    if Status(target) not in TRANSITIONS[Status(current)]:
        raise IllegalTransition(f"{current} -> {target}")


def require_undo(current: str, target: str) -> None:
    """Let the undo of a decision on a request, or of a cancellation, pass; the window is the
    caller's business.

    Raises:
        IllegalTransition: nothing else can be taken back, and only to what it was before.
    """
    if Status(target) not in UNDOABLE.get(Status(current), frozenset()):
        raise IllegalTransition(f"undo {current} -> {target}")


@dataclass(frozen=True, slots=True)
class Decision:
    """double_booked: kept although its time went to somebody else, for the team to resolve."""

    status: Status
    double_booked: bool = False


def decide(*, skips: bool, conflict: bool, paid: bool, approval: bool) -> Decision:
    """Confirm, ask or decline, row by row of the table.

    skips: somebody of the team gave this time whatever is there, so that a conflict says nothing.
    conflict: the time, or the places, went to somebody else. paid: all or a part of the price
    came; what is only authorized did not. approval: the team answers first.
    """
    lost = conflict and not skips
    if lost and not paid:
        return Decision(Status.DECLINED)
    return Decision(Status.PENDING if approval else Status.CONFIRMED, double_booked=lost)
