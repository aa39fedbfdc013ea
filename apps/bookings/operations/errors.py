"""The refusals of operations on bookings."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus

from apps.availability.engine.reasons import Reason
from apps.bookings.joining import Joining
from apps.bookings.policy import Reason as PolicyReason
from apps.catalog.pricing import Price
from apps.kernel.refusals import Refusal


class SlotGone(Refusal):
    """The time is not to be had: taken, outside the hours, or outside the policy.

    reasons come from the engine, most specific first; empty when somebody was just faster.
    """

    def __init__(self, reasons: Sequence[Reason] = ()) -> None:
        super().__init__(", ".join(reason.code for reason in reasons))
        self.reasons = tuple(reasons)


class CannotJoin(Refusal):
    """The class or course cannot be joined (any more), or not by so many; joining says why."""

    def __init__(self, joining: Joining) -> None:
        super().__init__(joining.obstacle)
        self.joining = joining


class CannotMove(Refusal):
    """The booking is final, its policy does not allow it, or it is there already."""


class PlanDoesNotPay(CannotMove):
    """A plan pays for the booking, and not for that other time."""


class TooManyPeople(Refusal):
    """More people than one booking may bring (the policy's max_participants)."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class DoesNotFit(SlotGone):
    """The request no longer fits; a person with the right may confirm it anyway, and say why."""


class TimeNotKept(Exception):
    """A booking was about to be confirmed without its time or its seats: a fault of ours, which
    stays loud and changes nothing."""


class SuggestionTaken(Refusal):
    """Some of the suggested times are not free; starts are those (UTC)."""

    def __init__(self, starts: Sequence[datetime]) -> None:
        super().__init__(", ".join(f"{at:%Y-%m-%d %H:%M}Z" for at in starts))
        self.starts = tuple(starts)


class DraftGone(Refusal):
    """The draft was cleared away or never existed in this browser."""

    status = HTTPStatus.GONE


class AtTheTill(Refusal):
    """A payment for this draft was begun: it is booked, or let go, where it is paid for."""


class TurnedAway(Refusal):
    """This person cannot book this online; whoever has not proven that they are that person is not
    told why (rules B25, S27)."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    customer_ids: tuple[int, ...] = ()


class CustomerBlocked(TurnedAway):
    """The business takes no online bookings from this person; they are told to call (rule B25)."""

    def __init__(self, customer_ids: Sequence[int]) -> None:
        super().__init__(f"{len(customer_ids)} blocked")
        self.customer_ids = tuple(customer_ids)


class BookedOften(TurnedAway):
    """They have booked this service as often as one customer may (rule B46)."""


class PriceChanged(Refusal):
    """The price is not the one the customer saw; nothing was booked."""

    def __init__(self, *, seen: int | None, price: Price) -> None:
        super().__init__(f"{seen} -> {price.total}")
        self.seen = seen
        self.price = price


class TooFewSoFar(Refusal):
    """Nobody comes in confirmed where it is not decided yet that it takes place."""


class StaleRevision(Refusal):
    """Somebody changed the booking meanwhile; nothing was changed now."""


class NotAllowed(Refusal):
    """The booking's status or its frozen policy does not allow this (rule B1)."""

    def __init__(self, reason: PolicyReason) -> None:
        super().__init__(reason)
        self.reason = reason


class AlreadyCorrected(Refusal):
    """The address of this booking was corrected before; whoever needs more has to call."""


class TooLateToUndo(Refusal):
    """The undo window is over or the mail is already on its way."""


class HoldsAnother(Refusal):
    """The visitor holds another time here, and has not said that this one is meant instead."""

    def __init__(self, draft_id: str) -> None:
        super().__init__(draft_id)
        self.draft_id = draft_id


class NotBookable(Refusal):
    """Nobody can book this online now: the business paused, or the service is not offered so."""
