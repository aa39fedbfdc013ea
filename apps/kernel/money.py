"""Money in whole minor units (cents, pence, yen): no floats, no lost unit.

Money is stored as integer minor units and the business's currency. Showing it to
people (symbols, separators) is the page's work; this module only counts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

# fmt: off
NO_DECIMALS = frozenset((
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND",
    "VUV", "XAF", "XOF", "XPF",
))
THREE_DECIMALS = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))
# fmt: on
CODE = re.compile("[A-Z]{3}")


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies cannot be added, compared or subtracted."""


def exponent(currency: str) -> int:
    """How many decimals the currency's main unit has (ISO 4217): 0, 2 or 3."""
    if currency in NO_DECIMALS:
        return 0
    return 3 if currency in THREE_DECIMALS else 2


def unit_of(currency: str) -> int:
    """One main unit in minor units: 100 for EUR, 1 for JPY."""
    return int(10 ** exponent(currency))


@dataclass(frozen=True, slots=True)
class Money:
    """``amount`` minor units of ``currency`` (ISO 4217 code, upper case); may be negative.

    Raises ValueError for a code that is not three capital letters, TypeError for an amount that is
    not a whole number.
    """

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount) is not int:  # a float would round, a bool would count
            raise TypeError(f"Money counts whole minor units, not {self.amount!r}.")
        if not CODE.fullmatch(self.currency):
            raise ValueError(f"{self.currency!r} is not an ISO 4217 currency code.")

    @classmethod
    def from_decimal(cls, value: Decimal, currency: str) -> Self:
        """Money from an amount in main units (``Decimal("12.50")`` EUR is 1250).

        Raises ValueError when the value has more decimals than the currency: nothing is rounded
        away in silence.
        """
        minor = value.scaleb(exponent(currency))
        if minor != minor.to_integral_value():
            raise ValueError(f"{value} has more decimals than {currency} knows.")
        return cls(int(minor), currency)

    def to_decimal(self) -> Decimal:
        """The amount in main units, with all of the currency's decimals (1250 EUR is 12.50)."""
        return Decimal(self.amount).scaleb(-exponent(self.currency))

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def __mul__(self, count: int) -> "Money":
        return Money(self.amount * count, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._same(other)

    def allocate(self, weights: Sequence[int]) -> tuple["Money", ...]:
        """Split in proportion to ``weights``; the parts always add up to the whole.

        The units that do not divide go to the largest remainders, earlier parts first among equals,
        so the same input gives the same parts. Raises ValueError for no weights, a negative weight
        or only zeros.
        """
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError(
                "Money needs weights of zero or more, at least one of them above zero."
            )
        sign = -1 if self.amount < 0 else 1
        shares = [divmod(abs(self.amount) * weight, total) for weight in weights]
        parts = [whole for whole, _ in shares]
        by_remainder = sorted(range(len(shares)), key=lambda at: -shares[at][1])
        for at in by_remainder[: abs(self.amount) - sum(parts)]:
            parts[at] += 1
        return tuple(Money(sign * part, self.currency) for part in parts)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not mix.")
        return other.amount
