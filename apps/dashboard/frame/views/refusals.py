"""A refused action in words for the page: 409 with the fresh state and who was faster, 422, or 503
(rule W1)."""

from dataclasses import dataclass, replace
from datetime import datetime

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.checkout import operations as checkout
from apps.checkout.models import GiftCard, PlanPurchase
from apps.checkout.queries.pay_page import code_words
from apps.checkout.queries.promotions import Applied
from apps.dashboard.access import Access
from apps.dashboard.frame.queries.fits import Obstacle, in_names
from apps.dashboard.frame.queries.rota import load_team
from apps.dashboard.frame.queries.rows import name_of
from apps.kernel.money import Money
from apps.kernel.refusals import Refusal
from apps.prepaid import operations as prepaid


@dataclass(frozen=True, slots=True)
class LastChange:
    """who is empty when it was the customer or the system."""

    action: str
    who: str
    at: datetime


def last_change(*, booking: Booking) -> LastChange | None:
    """Return the latest line of the booking's history; one query."""
    events = BookingEvent.objects.filter(booking=booking).select_related("user")
    event = events.order_by("-pk").first()
    if event is None:
        return None
    return LastChange(event.action, name_of(event.user), event.at)


@dataclass(frozen=True, slots=True)
class Problem:
    """code decides the words (dashboard/_problem.html); nothing was changed in any case. change is
    who was faster, obstacles what is in the way, amount and visits how much there is."""

    code: str
    status: int
    change: LastChange | None = None
    obstacles: tuple[Obstacle, ...] = ()
    amount: Money | None = None
    visits: int | None = None


def problem_of(
    refusal: Refusal, *, access: Access, of: Booking | PlanPurchase | GiftCard
) -> Problem:
    """Say what an operation refused, with what the words need to know."""
    problem = Problem(refusal.code, refusal.status)
    match refusal:
        case bookings.DoesNotFit(reasons=reasons):
            team = load_team(business_id=access.business.pk) if reasons else {}
            return replace(problem, obstacles=in_names(reasons, team=team))
        case (
            checkout.RefundChanged(refunded=minor)
            | checkout.TooMuchToRefund(left=minor)
            | checkout.TooMuchOfLine(left=minor)
            | checkout.GiftRefused(balance=minor)
            | checkout.FeeTooHigh(most=minor)
        ):
            return replace(problem, amount=Money(minor, of.currency))
        case prepaid.TooFewVisits(left=visits):
            return replace(problem, visits=visits)
    return replace(problem, change=last_change(booking=of)) if isinstance(of, Booking) else problem


def code_refused_words(
    error: checkout.CouponRefused, typed: str, *, of: Booking | PlanPurchase
) -> str:
    """Why a code or a gift card pays nothing of this, for the field where it was typed."""
    applied = Applied(typed, refused=error.refused, at=error.at)
    return code_words(typed, applied, zone=of.zone, locale=of.business.locale, by_team=True)
