"""The base price of a service as it was chosen (rule M1). Pure.

Tax, coupons and plans come later, at checkout; nothing here rounds, so no minor unit is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace


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
    """total is minor units; None means the price is agreed later, in the words of text."""

    lines: tuple[PriceLine, ...]
    total: int | None
    currency: str
    text: str = ""

    def for_part(self, *, left: int, of: int) -> "Price":
        """The price of what is left of a course, session by session; a fraction of a minor unit
        is the customer's. What is agreed later stays so (rule B15)."""
        if self.total is None or left >= of:
            return self
        lines = tuple(replace(line, amount=line.amount * left // of) for line in self.lines)
        return replace(self, lines=lines, total=sum(line.total for line in lines))

    @property
    def is_free(self) -> bool:
        return self.total == 0


def quote(
    *,
    base: Sequence[PriceLine],
    extras: Sequence[PriceLine],
    currency: str,
    custom_text: str | None = None,
) -> Price:
    """Add up a service for its participants, a line for each variant they come under, and its
    extras, each of which is priced once.

    With custom_text (price kind CUSTOM) there is no total, only the words.
    """
    if custom_text is not None:
        return Price(lines=(), total=None, currency=currency, text=custom_text)
    lines = (*base, *extras)
    return Price(lines=lines, total=sum(line.total for line in lines), currency=currency)
