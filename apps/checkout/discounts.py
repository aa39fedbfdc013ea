"""What is taken off without a code, and what a code takes off of the rest (rule M14).
Pure.

Amounts are whole minor units; a share is in basis points (1000 is 10 %).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.checkout.coupons import Kind, spread, worth


@dataclass(frozen=True, slots=True)
class Rule:
    """A discount as it stands. Without services it is good for all of them; None is no end. Of two
    discounts the one with the smaller pk is older."""

    pk: int
    name: str
    kind: Kind
    value: int
    starts_at: datetime
    ends_at: datetime | None
    service_ids: frozenset[int]
    min_subtotal: int
    min_people: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken off, and by what; pk is the discount's."""

    name: str
    amount: int
    pk: int = 0


NOTHING = Taken("", 0)


def is_live(rule: Rule, *, service_id: int, now: datetime) -> bool:
    """Whether a discount counts for a service at this moment, whatever is booked."""
    if now < rule.starts_at or (rule.ends_at is not None and now >= rule.ends_at):
        return False
    return not rule.service_ids or service_id in rule.service_ids


def applies(rule: Rule, *, service_id: int, subtotal: int, people: int, now: datetime) -> bool:
    """Whether a discount counts for what is booked."""
    if not is_live(rule, service_id=service_id, now=now):
        return False
    return subtotal >= rule.min_subtotal and people >= rule.min_people


def best(
    rules: Sequence[Rule], *, service_id: int, subtotal: int, people: int, now: datetime
) -> Taken:
    """The discount that takes most off, the oldest of several; they never add up."""
    live = [
        (worth(rule, subtotal=subtotal), -rule.pk, rule.name)
        for rule in rules
        if applies(rule, service_id=service_id, subtotal=subtotal, people=people, now=now)
    ]
    amount, age, name = max(live, default=(0, 0, ""))
    return Taken(name, amount, -age) if amount else NOTHING


def share_out(
    amounts: Sequence[int], *, discount: int, by_code: int, currency: str
) -> tuple[int, ...]:
    """How much is taken off each line: the discount in proportion to the lines, the code in
    proportion to what is left of them. No unit is lost, no line falls below zero."""
    first = spread(discount, over=tuple(amounts), currency=currency)
    rest = tuple(amount - less for amount, less in zip(amounts, first, strict=True))
    second = spread(by_code, over=rest, currency=currency)
    return tuple(one + other for one, other in zip(first, second, strict=True))
