"""What becomes of a draft whose details are complete (rule B3). Pure."""

from dataclasses import dataclass

from apps.bookings.states import Status


@dataclass(frozen=True, slots=True)
class Decision:
    """double_booked: kept although its time went to somebody else, for the team to resolve."""

    status: Status
    double_booked: bool = False


def decide(*, skips: bool, conflict: bool, paid: bool, approval: bool) -> Decision:
    """Confirm, ask or decline, row by row of the table.

    skips: somebody of the team gave this time whatever is there, so that a conflict says nothing.
    conflict: the time, or the places, went to somebody else. paid: all or a part of the price
    came; what is only kept aside did not. approval: the team answers first.
    """
    lost = conflict and not skips
    if lost and not paid:
        return Decision(Status.DECLINED)
    return Decision(Status.PENDING if approval else Status.CONFIRMED, double_booked=lost)
