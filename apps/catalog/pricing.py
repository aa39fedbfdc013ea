"""The price of a service as it was chosen, tax included (rules M1, M4, M27). Pure.

Discounts, coupons and plans come later, at checkout. Rates of tax are basis points (1900 is 19 %).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class PriceLine:
    """amount is for one, in minor units of the business's currency."""

    name: str
    amount: int
    quantity: int

    @property
    def total(self) -> int:
        return self.amount * self.quantity


@dataclass(frozen=True, slots=True)
class Price:
    """total is minor units; None means the price is agreed later, in the words of text.

    The lines are as the business keeps its prices; where those are without tax, tax_on_top is the
    rate of what comes on top of each, and total has it in it.
    """

    lines: tuple[PriceLine, ...]
    total: int | None
    currency: str
    text: str = ""
    tax_on_top: int = 0

    @property
    def net(self) -> int:
        """The sum of the lines, which discounts and codes are taken off."""
        return sum(line.total for line in self.lines)

    def for_part(self, *, left: int, of: int) -> "Price":
        """The price of what is left of a course, session by session; a fraction of a minor unit
        is the customer's. What is agreed later stays so (rule B15)."""
        if self.total is None or left >= of:
            return self
        lines = tuple(replace(line, amount=line.amount * left // of) for line in self.lines)
        return replace(self, lines=lines, total=_total(lines, self.tax_on_top))

    @property
    def is_free(self) -> bool:
        return self.total == 0


def quote(
    *,
    base: Sequence[PriceLine],
    extras: Sequence[PriceLine],
    currency: str,
    custom_text: str | None = None,
    tax_on_top: int = 0,
) -> Price:
    """Add up a service for its participants, a line for each variant they come under, and its
    extras, each of which is priced once.

    With custom_text (price kind CUSTOM) there is no total, only the words.
    """
    if custom_text is not None:
        return Price(lines=(), total=None, currency=currency, text=custom_text)
    lines = (*base, *extras)
    total = _total(lines, tax_on_top)
    return Price(lines=lines, total=total, currency=currency, tax_on_top=tax_on_top)


def tax_in(gross: int, *, rate: int) -> int:
    """The tax that is part of an amount, half a unit rounded up."""
    return _half_up(gross * rate, WHOLE + rate)


def tax_on(net: int, *, rate: int) -> int:
    """The tax that comes on top of an amount, half a unit rounded up."""
    return _half_up(net * rate, WHOLE)


def _total(lines: Sequence[PriceLine], tax_on_top: int) -> int:
    """Line by line, as an order adds them up."""
    return sum(line.total + tax_on(line.total, rate=tax_on_top) for line in lines)


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
