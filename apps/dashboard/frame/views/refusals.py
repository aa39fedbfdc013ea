"""A refused action in words for the page: 409 with the fresh state, 422, or 503 (rule W1)."""

from dataclasses import dataclass

from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.models import GiftCard, Order, Payment, PlanPurchase
from apps.checkout.queries.pay_page import code_words
from apps.checkout.queries.promotions import Applied
from apps.dashboard.access import Access
from apps.dashboard.frame.queries.changes import LastChange, last_change
from apps.dashboard.frame.queries.fits import Obstacle, in_names
from apps.dashboard.frame.queries.team import load_team
from apps.kernel.money import Money
from apps.prepaid import operations as prepaid

REFUSED = (
    bookings.StaleRevision,
    bookings.NotAllowed,
    bookings.DoesNotFit,
    bookings.TooLateToUndo,
    bookings.PlanDoesNotPay,
    BusyTryAgain,
)

CODES: dict[type[Exception], str] = {
    bookings.StaleRevision: "STALE",
    bookings.NotAllowed: "NOT_ALLOWED",
    bookings.DoesNotFit: "DOES_NOT_FIT",
    bookings.TooLateToUndo: "TOO_LATE_TO_UNDO",
    bookings.PlanDoesNotPay: "PLAN_IS_THERE",
    BusyTryAgain: "BUSY",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """code decides the words (dashboard/_problem.html); nothing was changed in any case."""

    code: str
    status: int
    change: LastChange | None = None
    obstacles: tuple[Obstacle, ...] = ()
    amount: Money | None = None
    visits: int | None = None


INCOMPLETE = Problem("INCOMPLETE", 422)
WRITTEN_WRONG = ("TOO_MUCH", "CODE_REFUSED")
MONEY_CODES: dict[type[Exception], str] = {
    checkout.NotOver: "NOT_OVER",
    checkout.NotOwed: "NOT_OWED",
    checkout.RefundChanged: "REFUND_CHANGED",
    checkout.TooMuchToRefund: "TOO_MUCH",
    checkout.TooMuchOfLine: "TOO_MUCH",
    checkout.PaymentUnderWay: "UNDER_WAY",
    checkout.CouponRefused: "CODE_REFUSED",
    checkout.PlanRefused: "PLAN_REFUSED",
    Order.DoesNotExist: "NOT_OWED",
    Payment.DoesNotExist: "NOT_OWED",
}


def money_problem(error: Exception, *, access: Access, booking: Booking) -> Problem:
    """The same for what moves money; amount is what went back already, or what is left."""
    code = MONEY_CODES.get(type(error))
    if code is None:
        return problem_of(error, access=access, booking=booking)
    minor = getattr(error, "refunded", getattr(error, "left", None))
    amount = None if minor is None else Money(minor, booking.currency)
    return Problem(code, 422 if code in WRITTEN_WRONG else 409, amount=amount)


def problem_of(error: Exception, *, access: Access, booking: Booking) -> Problem:
    """Say what an operation refused, with who was faster or what is in the way."""
    code = CODES[type(error)]
    if isinstance(error, bookings.DoesNotFit):
        team = load_team(business_id=access.business.pk) if error.reasons else {}
        return Problem(code, 409, obstacles=in_names(error.reasons, team=team))
    if isinstance(error, BusyTryAgain):
        return Problem(code, 503)
    return Problem(code, 409, change=last_change(booking=booking))


def code_refused_words(
    error: checkout.CouponRefused, typed: str, *, of: Booking | PlanPurchase
) -> str:
    """Why a code or a gift card pays nothing of this, for the field where it was typed."""
    applied = Applied(typed, refused=error.refused, at=error.at)
    return code_words(typed, applied, zone=of.zone, locale=of.business.locale, by_team=True)


PREPAID_CODES: dict[type[Exception], str] = {
    **MONEY_CODES,
    bookings.StaleRevision: "STALE",
    prepaid.PlanIsOver: "PLAN_IS_OVER",
    checkout.GiftRefused: "GIFT_CHANGED",
    GiftCard.DoesNotExist: "GIFT_IS_OVER",
}


def plan_problem(error: Exception, *, currency: str) -> Problem:
    """Say why nothing was done with a plan or a gift card that somebody has."""
    if isinstance(error, prepaid.TooFewVisits):
        return Problem("TOO_FEW_VISITS", 422, visits=error.left)
    code = PREPAID_CODES[type(error)]
    minor = next(
        (getattr(error, it) for it in ("refunded", "left", "balance") if hasattr(error, it)), None
    )
    amount = None if minor is None else Money(minor, currency)
    return Problem(code, 422 if code in WRITTEN_WRONG else 409, amount=amount)
