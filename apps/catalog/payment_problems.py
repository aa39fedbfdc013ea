"""Why terms of payment cannot be kept or not paid online, and how that is said to everybody who
types them.

Which amounts nobody can pay online is said by an app above this one, which knows who moves the
money and registers itself when it is ready; as long as nobody does, everything can be paid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.businesses.models import Business
from apps.catalog.pricing import PaymentProblem, PaymentTerms
from apps.web.formatting import format_money


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


WRONG_RATE = gettext_lazy("Enter a rate from 0 to 50 with at most two decimals, like 19 or 7.7.")
PROBLEMS: dict[PaymentProblem, tuple[str, Promise]] = {
    PaymentProblem.PRICE_MISSING: (
        "price",
        gettext_lazy("A fixed price must be more than zero. If it costs nothing, choose Free."),
    ),
    PaymentProblem.PRICE_TOO_HIGH: ("price", gettext_lazy("Enter a smaller amount.")),
    PaymentProblem.TEXT_TOO_LONG: ("price_text", gettext_lazy("Use at most 50 characters.")),
    PaymentProblem.HAS_VARIANTS: (
        "price_kind",
        gettext_lazy("This service has variants, each with its own price: choose By variant."),
    ),
    PaymentProblem.HAS_NO_VARIANTS: (
        "price_kind",
        gettext_lazy("This service has no variants to price one by one."),
    ),
    PaymentProblem.VARIANTS_ALL_FREE: (
        "price_kind",
        gettext_lazy("At least one variant must cost something. If none does, choose Free."),
    ),
    PaymentProblem.NO_WAY_TO_PAY: (
        "pays_in_person",
        gettext_lazy("Choose at least one way to pay."),
    ),
    PaymentProblem.FREE_ONLINE: (
        "pays_online",
        gettext_lazy("Free services are not paid online: untick Online."),
    ),
    PaymentProblem.ON_REQUEST_ONLINE: (
        "pays_online",
        gettext_lazy("A price on request cannot be paid online: untick Online."),
    ),
    PaymentProblem.APPROVAL_ONLINE: (
        "pays_online",
        gettext_lazy(
            "You answer requests for this first, so it is paid at the %(place)s: no "
            "money is taken before you confirm."
        ),
    ),
    PaymentProblem.DEPOSIT_OFFLINE: (
        "deposit",
        gettext_lazy("A deposit is paid online. If nothing is paid online, leave it empty."),
    ),
    PaymentProblem.DEPOSIT_OF_NOTHING: (
        "deposit",
        gettext_lazy("A deposit must be more than zero. For no deposit, leave it empty."),
    ),
    PaymentProblem.DEPOSIT_TOO_HIGH: (
        "deposit",
        gettext_lazy("A deposit must be less than the lowest price."),
    ),
    PaymentProblem.TAX_OUT_OF_RANGE: ("tax_rate", WRONG_RATE),
}
"""Beside which field a problem is said, and how."""


def reach_words(it: OutOfReach, *, business: Business) -> str:
    """What online payments take, and what follows for an amount that they do not take."""
    if it.is_only_way:
        follows = _("Nobody could pay this: change it, or let customers pay at the %(place)s too.")
    elif it.of == "deposit":
        follows = _("This deposit will not be asked for online.")
    else:
        follows = _("Paying this online will not be offered.")
    return f"{limit_words(it, business=business)} {follows % {'place': business.place_word}}"


def limit_words(it: OutOfReach, *, business: Business) -> str:
    """The bound that an amount is beyond: the least, the most, or the steps."""

    def money(minor: int) -> str:
        return format_money(minor, business.currency, business.locale)

    if it.amount < it.least:
        return _("Online payments start at %(least)s.") % {"least": money(it.least)}
    if it.amount > it.most:
        return _("Online payments end at %(most)s.") % {"most": money(it.most)}
    return _("Online payments must be a multiple of %(step)s.") % {"step": money(it.step)}
