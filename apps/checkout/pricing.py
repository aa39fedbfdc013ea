"""What an order costs, what of it is tax, and what is due now (rules M5, M4). Pure.

All amounts are whole minor units of one currency; rates of tax are basis points (1900 is 19 %).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus
from typing import Protocol

from apps.catalog.pricing import tax_in, tax_on
from apps.checkout.promotions import NOTHING, Taken
from apps.kernel.refusals import Refusal


class Way(StrEnum):
    """How a customer pays: everything online, a deposit online and the rest there, all there, or
    with a plan and only the extras there."""

    FULL = "FULL"
    DEPOSIT = "DEPOSIT"
    IN_PERSON = "IN_PERSON"
    PLAN = "PLAN"


@dataclass(frozen=True, slots=True)
class Item:
    """One line before tax is told: amount is for one."""

    name: str
    amount: int
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """total is what is paid for the line, after discount; tax is the part of total that is tax."""

    name: str
    amount: int
    quantity: int
    tax: int
    total: int
    discount: int = 0


@dataclass(frozen=True, slots=True)
class Off:
    """What is taken off a bill as customers read it, tax included (rule M27)."""

    by_discount: int
    by_code: int

    @classmethod
    def of(cls, off: int, *, by_discount: int, has_code: bool) -> "Off":
        """Split what is taken off in all; the code has what the discount leaves."""
        part = min(off, by_discount) if has_code else off
        return cls(part, off - part)


def with_nothing_off(plain: int, *, total: int, discount: int, rate: int, included: bool) -> int:
    """What a line of a price as it is kept (plain) would cost if nothing was taken off, tax
    included; total is what it costs."""
    if not discount:
        return total
    return plain if included else plain + tax_on(plain, rate=rate)


class AmountRefused(Refusal, ValueError):
    """Not an amount that may be paid now; least and most are, in minor units."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, least: int, most: int) -> None:
        super().__init__(f"{least}..{most}")
        self.least = least
        self.most = most


@dataclass(frozen=True, slots=True)
class Quote:
    """total = the sum of the lines = due_now + due_later, always.

    due_now may be chosen between least_now and most_now; where it is fixed, these are the same.
    """

    lines: tuple[QuoteLine, ...]
    currency: str
    tax_rate: int
    tax_included: bool
    tax: int
    total: int
    due_now: int
    due_later: int
    least_now: int
    most_now: int
    discount: int = 0
    taken: Taken = NOTHING

    @property
    def by_code(self) -> int:
        """What of the discount a code took off; the rest is a discount's."""
        return self.discount - self.taken.amount

    @property
    def before(self) -> tuple[int, ...]:
        """What each line would cost if nothing was taken off, tax included."""
        return tuple(
            with_nothing_off(
                it.amount * it.quantity,
                total=it.total,
                discount=it.discount,
                rate=self.tax_rate,
                included=self.tax_included,
            )
            for it in self.lines
        )

    @property
    def off(self) -> Off:
        """What a discount and a code take off, as customers read it."""
        rate = 0 if self.tax_included else self.tax_rate
        told = self.taken.amount + tax_on(self.taken.amount, rate=rate)
        return Off.of(sum(self.before) - self.total, by_discount=told, has_code=self.by_code > 0)

    @property
    def takes_any(self) -> bool:
        """Whether the customer chooses how much to pay now."""
        return self.least_now < self.most_now


def quote(
    *,
    items: Sequence[Item],
    currency: str,
    tax_rate: int,
    tax_included: bool,
    way: Way,
    deposit: int | None,
    discounts: Sequence[int] | None = None,
    any_amount: bool = False,
    taken: Taken = NOTHING,
) -> Quote:
    """Price an order for one way to pay; a deposit is never more than the whole. discounts are what
    is taken off each item, before tax is told; taken says what of them needed no code. With
    any_amount a deposit is only the least that is paid now (rule M5).

    Raises:
        ValueError: a deposit was chosen where there is none.
    """
    off = discounts or [0] * len(items)
    lines = tuple(
        _line(it, less, rate=tax_rate, included=tax_included)
        for it, less in zip(items, off, strict=True)
    )
    total = sum(line.total for line in lines)
    due_now = _due_now(total, way=way, deposit=deposit)
    return Quote(
        lines=lines,
        currency=currency,
        tax_rate=tax_rate,
        tax_included=tax_included,
        tax=sum(line.tax for line in lines),
        total=total,
        due_now=due_now,
        due_later=total - due_now,
        least_now=due_now,
        most_now=total if any_amount and way is Way.DEPOSIT else due_now,
        discount=sum(line.discount for line in lines),
        taken=taken,
    )


def quote_as_told(
    *,
    name: str,
    price: int,
    currency: str,
    tax_rate: int,
    tax_included: bool,
    taken: Taken = NOTHING,
) -> Quote:
    """The order of what was promised at a price, which is what it comes to (rule M27); less what a
    discount takes off, before tax. All of it is paid at the place."""
    net = price if tax_included else price - tax_in(price, rate=tax_rate)
    priced = quote(
        items=[Item(name, net)],
        currency=currency,
        tax_rate=tax_rate,
        tax_included=tax_included,
        way=Way.IN_PERSON,
        deposit=None,
        discounts=[taken.amount],
        taken=taken,
    )
    if taken.amount or tax_included:
        return priced
    # The price was added up from lines of which each was rounded.
    tax = price - net
    line = replace(priced.lines[0], tax=tax, total=price)
    return replace(priced, lines=(line,), tax=tax, total=price, due_later=price)


def choose_amount(priced: Quote, amount: int) -> Quote:
    """The same order, of which this amount is paid now.

    Raises:
        AmountRefused: less than the deposit, more than all of it, or there is no choice.
    """
    if not priced.least_now <= amount <= priced.most_now:
        raise AmountRefused(priced.least_now, priced.most_now)
    return replace(priced, due_now=amount, due_later=priced.total - amount)


def choose_part(*, owed: int, unit: int, any_amount: bool, amount: int | None) -> int:
    """How much of what is owed is paid online now: all of it, or any part from one main unit up
    (unit, in minor units) where the service takes any amount (rule M5).

    Raises:
        AmountRefused: another amount than may be paid.
    """
    least = min(unit, owed) if any_amount else owed
    chosen = owed if amount is None else amount
    if not least <= chosen <= owed:
        raise AmountRefused(least, owed)
    return chosen


class Takes(Protocol):
    """What can be paid online (``providers.Bounds``), in minor units."""

    @property
    def least(self) -> int: ...
    def takes(self, amount: int, /) -> bool: ...


def first_part(*, missing: int, owed: int, bounds: Takes | None) -> int:
    """How much of what is owed is paid online first, in minor units: what is missing of a deposit,
    or all of it where nothing is missing, or too little to be paid by itself (rules M5, M29)."""
    first = min(missing or owed, owed)
    if bounds is None or bounds.takes(first) or not bounds.takes(owed):
        return first
    return owed


def payable(quotes: Mapping[Way, Quote], *, there: Quote, bounds: Takes | None) -> dict[Way, Quote]:
    """The ways that can really be gone: what a provider does not take (too little, too much, or
    more decimals) is not paid there. there is the way that is left then: all of it at the place.
    What is free can be booked by any of them.
    """
    if not quotes or not there.total:
        return dict(quotes)
    found = {}
    for way, priced in quotes.items():
        within = priced if bounds is None else _within(priced, bounds)
        if not priced.due_now or bounds is None or within is not None:
            found[way] = within or priced
    return found or {Way.IN_PERSON: there}


def _within(priced: Quote, bounds: Takes) -> Quote | None:
    """The same order with an amount now that can be paid; None where it cannot."""
    if bounds.takes(priced.due_now):
        return priced
    if not priced.takes_any or not priced.least_now < bounds.least <= priced.most_now:
        return None
    more = replace(priced, least_now=bounds.least)
    return choose_amount(more, bounds.least)


def ways_to_pay(
    *, total: int, online: bool, in_person: bool, deposit: int | None, full_upfront: bool
) -> tuple[Way, ...]:
    """What a customer may choose between, the smallest commitment first; nothing when it is free.

    Where a deposit is asked for, paying all of it there is no choice; paying all of it at once is
    one when the owner allows it (rule M5). Where only full online payment is offered, that is it.
    """
    if total == 0:
        return ()
    if online and deposit is not None and deposit < total:
        return (Way.DEPOSIT, Way.FULL) if full_upfront else (Way.DEPOSIT,)
    offered = []
    if in_person:
        offered.append(Way.IN_PERSON)
    if online:
        offered.append(Way.FULL)
    return tuple(offered)


def _line(item: Item, discount: int, *, rate: int, included: bool) -> QuoteLine:
    plain = item.amount * item.quantity - discount
    tax = tax_in(plain, rate=rate) if included else tax_on(plain, rate=rate)
    total = plain if included else plain + tax
    return QuoteLine(item.name, item.amount, item.quantity, tax, total, discount)


def _due_now(total: int, *, way: Way, deposit: int | None) -> int:
    if way in {Way.IN_PERSON, Way.PLAN}:
        return 0
    if way is Way.FULL:
        return total
    if deposit is None:
        raise ValueError("there is no deposit to choose")
    return min(deposit, total)
