"""Amounts that nobody can pay online, whatever the owner allows. Said by an app above this one,
which knows who moves the money and registers itself when it is ready; as long as nobody does,
everything can be paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from apps.businesses.models import Business
from apps.catalog.paying import PaymentTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfReach:
    """An amount that online payments do not take: they go from least to most in steps of step
    (minor units, tax included where it comes on top).

    of is what costs it: the price, the deposit, or a variant by its id. is_only_way: nobody could
    pay at all; else another way is left, and only paying online is not offered.
    """

    of: Literal["price", "deposit"] | int
    amount: int
    least: int
    most: int
    step: int
    is_only_way: bool


class Reach(Protocol):
    """Whoever knows what can be paid online."""

    def of_terms(self, terms: PaymentTerms, *, business: Business) -> Sequence[OutOfReach]:
        """What of the terms cannot be paid online although it should be; for one person."""
        ...


_known: list[Reach] = []


def register_reach(reach: Reach) -> None:
    """Let this one be asked from now on, and no other."""
    _known[:] = [reach]


def find_out_of_reach(terms: PaymentTerms, *, business: Business) -> list[OutOfReach]:
    """What of some terms cannot be paid online although the owner allows it; no query."""
    return [it for known in _known for it in known.of_terms(terms, business=business)]
