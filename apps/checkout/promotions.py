"""What a promotion takes off a price, and why not: a coupon is a discount with a code (rules M13,
M14). Pure.

Amounts are whole minor units; a percentage is in basis points (1000 is 10 %).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from apps.kernel.money import Money

WHOLE = 10_000
QUOTES = frozenset("\"'`´‘’‚“”„«»‹›")


class PromotionKind(StrEnum):
    """Off by an amount, off by a share, or one fixed price for everything."""

    AMOUNT = "AMOUNT"
    PERCENT = "PERCENT"
    FIXED_PRICE = "FIXED_PRICE"


class PromotionProblem(StrEnum):
    """Why a promotion takes nothing off. TOO_FEW people is said of discounts alone, what stands
    below it of codes alone."""

    UNKNOWN = "UNKNOWN"
    NOT_YET = "NOT_YET"
    OVER = "OVER"
    OTHER_SERVICE = "OTHER_SERVICE"
    TOO_SMALL = "TOO_SMALL"
    TOO_FEW = "TOO_FEW"
    USED_UP = "USED_UP"
    USED_BY_YOU = "USED_BY_YOU"
    PAID_ALREADY = "PAID_ALREADY"
    SETTLED = "SETTLED"
    ONE_CODE = "ONE_CODE"
    FIRST_PERIOD = "FIRST_PERIOD"
    CARDS_ONLY = "CARDS_ONLY"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionTerms:
    """A promotion as it stands. Without services it is good for all of them; None is no limit.

    Of two discounts the one with the smaller pk is older. Of a coupon used counts all uses,
    used_by_customer those of this mailbox.
    """

    kind: PromotionKind
    value: int
    starts_at: datetime
    ends_at: datetime | None
    service_ids: frozenset[int]
    min_subtotal: int
    pk: int = 0
    name: str = ""
    min_people: int = 1
    max_uses: int | None = None
    max_per_customer: int | None = None
    used: int = 0
    used_by_customer: int = 0
    covers_plans: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken off, and by what; pk is the discount's."""

    name: str
    amount: int
    pk: int = 0


NOTHING = Taken("", 0)


def not_live(
    terms: PromotionTerms, *, service_id: int | None, now: datetime
) -> PromotionProblem | None:
    """Why it does not count for this at this moment, whatever is booked; None when it does.
    service_id is None for a plan."""
    if terms.ends_at is not None and now >= terms.ends_at:
        return PromotionProblem.OVER
    if now < terms.starts_at:
        return PromotionProblem.NOT_YET
    covers = terms.covers_plans if service_id is None else _covers(terms, service_id)
    return None if covers else PromotionProblem.OTHER_SERVICE


def _covers(terms: PromotionTerms, service_id: int) -> bool:
    return not terms.service_ids or service_id in terms.service_ids


def refusal(
    terms: PromotionTerms, *, service_id: int | None, subtotal: int, now: datetime, people: int = 1
) -> PromotionProblem | None:
    """Why it takes nothing off what is booked now, the most lasting reason first; None when it
    does. service_id is None for a plan."""
    lasting = not_live(terms, service_id=service_id, now=now)
    if lasting is not None:
        return lasting
    if subtotal < terms.min_subtotal:
        return PromotionProblem.TOO_SMALL
    if people < terms.min_people:
        return PromotionProblem.TOO_FEW
    if terms.max_uses is not None and terms.used >= terms.max_uses:
        return PromotionProblem.USED_UP
    if terms.max_per_customer is not None and terms.used_by_customer >= terms.max_per_customer:
        return PromotionProblem.USED_BY_YOU
    return None


def worth(terms: PromotionTerms, *, subtotal: int) -> int:
    """What is taken off a subtotal: never more than all of it, half a unit rounded up."""
    if terms.kind is PromotionKind.AMOUNT:
        return min(terms.value, subtotal)
    if terms.kind is PromotionKind.FIXED_PRICE:
        return max(0, subtotal - terms.value)
    return min(subtotal, (2 * subtotal * terms.value + WHOLE) // (2 * WHOLE))


def best(
    discounts: Sequence[PromotionTerms],
    *,
    service_id: int,
    subtotal: int,
    people: int,
    now: datetime,
) -> Taken:
    """The discount that takes most off, the oldest of several; they never add up."""
    live = [
        (worth(terms, subtotal=subtotal), -terms.pk, terms.name)
        for terms in discounts
        if refusal(terms, service_id=service_id, subtotal=subtotal, people=people, now=now) is None
    ]
    amount, age, name = max(live, default=(0, 0, ""))
    return Taken(name, amount, -age) if amount else NOTHING


def spread(discount: int, *, over: tuple[int, ...], currency: str) -> tuple[int, ...]:
    """Split a discount over lines in proportion to their amounts; no unit is lost."""
    if not discount or not sum(over):
        return tuple(0 for _line in over)
    return tuple(part.amount for part in Money(discount, currency).allocate(over))


def share_out(
    amounts: Sequence[int], *, discount: int, by_code: int, currency: str
) -> tuple[int, ...]:
    """How much is taken off each line: the discount in proportion to the lines, the code in
    proportion to what is left of them. No unit is lost, no line falls below zero."""
    first = spread(discount, over=tuple(amounts), currency=currency)
    rest = tuple(amount - less for amount, less in zip(amounts, first, strict=True))
    second = spread(by_code, over=rest, currency=currency)
    return tuple(one + other for one, other in zip(first, second, strict=True))


def plain_code(raw: str) -> str:
    """A code as it is stored: upper case, without blanks, quotes, what cannot be printed, and a
    full stop at its end."""
    kept = (it for it in raw if it.isprintable() and not it.isspace() and it not in QUOTES)
    return "".join(kept).rstrip(".").upper()
