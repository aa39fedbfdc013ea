"""What becomes of the money of a booking if the team cancels it now (rule B35)."""

from dataclasses import dataclass
from datetime import datetime

from apps.bookings.cancellation import ByPolicy, MoneyChoice, MoneyDecision, decide_money
from apps.bookings.models import Booking
from apps.bookings.queries.cancelling import cancelled_by_policy
from apps.checkout.queries.orders import PaymentSummary
from apps.kernel.money import Money


@dataclass(frozen=True, slots=True)
class CancelChoice:
    """One way to decide: by_hand is what of back the team hands over; visit is "BACK" or "KEPT"
    where a plan pays, else ""."""

    value: str
    fee: Money
    back: Money
    by_hand: Money
    kept: Money
    owed: Money
    visit: str
    needs_reason: bool


@dataclass(frozen=True, slots=True)
class CancelOffer:
    """paid is what is here of the customer's money, fee what cancelling costs by the policy now;
    the first of the choices gives everything back."""

    paid: Money
    fee: Money
    choices: tuple[CancelChoice, ...]


def read_cancel_offer(
    *, booking: Booking, summary: PaymentSummary | None, now: datetime
) -> CancelOffer | None:
    """The ways to decide that differ; None where there is no money, no fee and no visit to decide
    about. Without a query."""
    policy = cancelled_by_policy(booking=booking, now=now)
    paid = booking.paid
    if not (paid or policy.fee or policy.keeps_visit is not None):
        return None
    currency = booking.currency
    decided = {it: decide_money(it, paid=paid, policy=policy) for it in MoneyChoice}
    choices = [_choice(it, decided[it], summary, currency) for it in _differing(policy, decided)]
    return CancelOffer(Money(paid, currency), Money(policy.fee, currency), tuple(choices))


def _differing(
    policy: ByPolicy, decided: dict[MoneyChoice, MoneyDecision]
) -> tuple[MoneyChoice, ...]:
    by_policy, keep = decided[MoneyChoice.POLICY], decided[MoneyChoice.KEEP]
    found = [MoneyChoice.BACK]
    if policy.fee or policy.keeps_visit:
        found.append(MoneyChoice.POLICY)
    has_something = keep.kept or policy.keeps_visit is not None
    if has_something and _outcome(keep) != _outcome(by_policy):
        found.append(MoneyChoice.KEEP)
    return tuple(found)


def _outcome(it: MoneyDecision) -> tuple[int, int, bool | None]:
    return it.kept, it.owed, it.keeps_visit


def _choice(
    value: MoneyChoice, it: MoneyDecision, summary: PaymentSummary | None, currency: str
) -> CancelChoice:
    by_hand = summary.effect_of(it.back).in_person if summary else 0
    return CancelChoice(
        value=value.value,
        fee=Money(it.fee, currency),
        back=Money(it.back, currency),
        by_hand=Money(by_hand, currency),
        kept=Money(it.kept, currency),
        owed=Money(it.owed, currency),
        visit={None: "", True: "KEPT", False: "BACK"}[it.keeps_visit],
        needs_reason=it.is_override,
    )
