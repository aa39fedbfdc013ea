"""The refusals of operations on orders, payments and refunds."""

from datetime import datetime
from http import HTTPStatus

from apps.checkout import plans
from apps.checkout.pricing import Quote
from apps.checkout.promotions import PromotionProblem
from apps.kernel.refusals import Refusal


class DetailsMissing(Refusal):
    """Nobody has said yet who comes: the details come before the money."""


class WayNotOffered(Refusal):
    """This service cannot be paid like that (any more)."""


class QuoteChanged(Refusal):
    """The customer saw other amounts (seen, minor units of its total); quote is what it costs now.
    Nothing was paid."""

    def __init__(self, quote: Quote, *, seen: int) -> None:
        super().__init__(f"{seen} -> {quote.total} {quote.currency}")
        self.quote = quote
        self.seen = seen


class CouponRefused(Refusal):
    """The code cannot be used any more; nothing was paid. at is the instant that explains it (UTC),
    where one does."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, refused: PromotionProblem, *, at: datetime | None = None) -> None:
        super().__init__(refused)
        self.refused = refused
        self.at = at


class PlanRefused(Refusal):
    """The plan does not pay for this; nothing was booked, nothing was counted."""

    def __init__(self, refused: plans.PlanProblem) -> None:
        super().__init__(refused)
        self.refused = refused


class GiftRefused(Refusal):
    """The gift card does not have that much on it any more; balance says how much it has, wanted
    how much it was to pay, in minor units."""

    def __init__(self, balance: int, wanted: int = 0) -> None:
        super().__init__(f"{balance} for {wanted}")
        self.balance = balance
        self.wanted = wanted


class NotOwed(Refusal):
    """There is nothing left to be paid."""


class PaymentUnderWay(Refusal):
    """Another payment of this order is open at the provider, of another amount; it is shown, and
    never replaced unasked. payment_id names it."""

    def __init__(self, payment_id: int) -> None:
        super().__init__(str(payment_id))
        self.payment_id = payment_id


class RefundChanged(Refusal):
    """More went back meanwhile than the page showed; refunded says how much, in minor units."""

    def __init__(self, refunded: int) -> None:
        super().__init__(str(refunded))
        self.refunded = refunded


class TooMuchToRefund(Refusal):
    """More than came; left says how much can still go back, in minor units."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, left: int) -> None:
        super().__init__(str(left))
        self.left = left


class TooMuchOfLine(Refusal):
    """More than is left of a line of the order; left says how much is, in minor units."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, line_id: int, left: int) -> None:
        super().__init__(f"{left} of line {line_id}")
        self.line_id = line_id
        self.left = left


class NotOver(Refusal):
    """What is decided about is the money of a booking that is over, and this one is not."""


class WayOutNotOffered(Refusal):
    """The money of this order is not decided about in that way."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class FeeTooHigh(Refusal):
    """A fee may be lowered or waived, never raised; most says what the policy comes to, in minor
    units."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, most: int) -> None:
        super().__init__(str(most))
        self.most = most


class NotBegun(Refusal):
    """Nobody can have missed it: it has not begun."""


class ReasonMissing(Refusal):
    """What is decided is not what the policy says, and nobody says why."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
