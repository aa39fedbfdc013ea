"""What the team reads before another number of people comes on a booking: the money that follows,
or why it cannot be (rules B42, M35)."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.availability.operations import BusyTryAgain, NoSeats
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.checkout.operations import PlanRefused
from apps.checkout.queries.party import PartyMoney, PlannedParty, PlanPaysNoMore
from apps.classes.queries.party import Obstacle, PartyChange, PartyFixed
from apps.dashboard.bookings.queries.moving import has_mailbox
from apps.kernel.money import Money
from apps.kernel.refusals import Refusal


@dataclass(frozen=True, slots=True)
class PartyCheck:
    """change is who comes then; price and before are what all of it costs then and now, None where
    that is agreed later. back goes back by itself, with how in words, by_hand the team hands over,
    and too_much waits for somebody who may give money back. owed is what is still to be paid of all
    of it. plan_words tell what becomes of the visits of a plan. stays: the price does not follow.
    """

    change: PartyChange
    price: Money | None
    before: Money | None
    back: tuple[tuple[str, Money], ...]
    by_hand: Money
    too_much: Money
    owed: Money
    plan_words: str
    stays: bool
    is_told: bool

    @property
    def seen_price(self) -> str:
        """What the tap sends, in minor units."""
        return "" if self.price is None else str(self.price.amount)


def read_party_check(
    *, booking: Booking, planned: PlannedParty, refunds: bool
) -> PartyCheck | None:
    """Word what was planned; None where nobody goes and nobody comes. refunds: whoever reads it may
    give money back."""
    change, money, currency = planned.change, planned.money, booking.currency
    if not change.fewer and not change.more:
        return None
    back = [(_way_words(way), Money(part, currency)) for way, part in money.back]
    return PartyCheck(
        change=change,
        price=None if money.price is None else Money(money.price, currency),
        before=None if booking.price is None else Money(booking.price, currency),
        back=tuple(back) if refunds else (),
        by_hand=Money(money.by_hand if refunds else 0, currency),
        too_much=Money(0 if refunds else money.returns + money.by_hand, currency),
        owed=Money(money.owed, currency),
        plan_words=_plan_words(money),
        stays=money.stays,
        is_told=has_mailbox(booking),
    )


def _way_words(way: str) -> str:
    return _("on their gift card") if way == "GIFT" else _("the way it was paid")


def _plan_words(money: PartyMoney) -> str:
    """How many visits come back to the plan that pays, or are used of it; "" where none pays."""
    visits = {"n": abs(money.visits), "plan": money.plan}
    if money.visits > 0:
        words = ngettext(
            "%(n)d visit goes back to the plan %(plan)s.",
            "%(n)d visits go back to the plan %(plan)s.",
            money.visits,
        )
        return words % visits
    words = ngettext(
        "This uses %(n)d more visit of the plan %(plan)s.",
        "This uses %(n)d more visits of the plan %(plan)s.",
        -money.visits,
    )
    return words % visits if money.visits else ""


def why_fixed_words(no: Refusal) -> str:
    """Why nothing was changed."""
    match no:
        case PlanPaysNoMore() | PlanRefused():
            return _("The plan does not pay for more people. Nothing was changed.")
        case PartyFixed(obstacle=obstacle):
            return _obstacle_words(obstacle)
        case bookings.TooManyPeople():
            return _("This is more people than your rules allowed when it was booked.")
        case NoSeats(seats_left=left):
            words = ngettext("Only %(n)d place is free.", "Only %(n)d places are free.", left)
            return words % {"n": left} if left else _("There are no free places.")
        case BusyTryAgain():
            return _("Several people are booking right now. Please press the button again.")
    return _("This booking was changed in the meantime. Please look at it again.")


def _obstacle_words(obstacle: Obstacle) -> str:
    return {
        Obstacle.NOBODY: _("Somebody has to come. If nobody does, please cancel the booking."),
        Obstacle.OVER: _("This booking is over, so nobody can be added or taken off."),
        Obstacle.MARKED: _(
            "Somebody on this booking was marked as here or missing. Take that back first, and "
            "then take people off."
        ),
        Obstacle.MONEY: _("A fee is charged for this booking, so its people stay as they are."),
    }.get(obstacle, _("The number of people cannot be changed for this booking."))
