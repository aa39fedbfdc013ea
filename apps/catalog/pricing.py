"""What a price may be and how it may be paid (rules M2, M5); and the price of a service as it was
chosen, tax included (rules M1, M4, M27). Pure.

Amounts are minor units of the business's currency, rates of tax basis points (1900 is 19 %).
Discounts, coupons and plans come later, at checkout. Terms that are accepted here, the constraints
of ``catalog.Service`` accept too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

MAX_AMOUNT = 2_000_000_000
MAX_TAX = 5000
LONGEST_TEXT = 50
WHOLE = 10_000


class PriceKind(StrEnum):
    """The values of ``Service.PriceKind``."""

    FREE = "FREE"
    FIXED = "FIXED"
    VARIED = "VARIED"
    CUSTOM = "CUSTOM"


class PaymentProblem(StrEnum):
    """Why terms cannot be kept; the pages word each of them beside its field."""

    PRICE_MISSING = "PRICE_MISSING"
    PRICE_TOO_HIGH = "PRICE_TOO_HIGH"
    TEXT_TOO_LONG = "TEXT_TOO_LONG"
    HAS_VARIANTS = "HAS_VARIANTS"
    HAS_NO_VARIANTS = "HAS_NO_VARIANTS"
    VARIANTS_ALL_FREE = "VARIANTS_ALL_FREE"
    NO_WAY_TO_PAY = "NO_WAY_TO_PAY"
    FREE_ONLINE = "FREE_ONLINE"
    ON_REQUEST_ONLINE = "ON_REQUEST_ONLINE"
    APPROVAL_ONLINE = "APPROVAL_ONLINE"
    DEPOSIT_OFFLINE = "DEPOSIT_OFFLINE"
    DEPOSIT_OF_NOTHING = "DEPOSIT_OF_NOTHING"
    DEPOSIT_TOO_HIGH = "DEPOSIT_TOO_HIGH"
    TAX_OUT_OF_RANGE = "TAX_OUT_OF_RANGE"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTerms:
    """Price and payment of one service. price counts for FIXED only, price_text for CUSTOM only,
    and variant_prices (by the variant's id) are there whenever the service has variants.

    deposit None is none; any_amount lets whoever owes a deposit choose to pay more of it, and
    full_upfront everything at once.
    """

    price_kind: PriceKind
    price: int = 0
    price_text: str = ""
    variant_prices: Mapping[int, int] = field(default_factory=dict)
    pays_in_person: bool = True
    pays_online: bool = False
    deposit: int | None = None
    any_amount: bool = False
    full_upfront: bool = True
    tax_rate: int = 0

    @property
    def amounts(self) -> tuple[int, ...]:
        """What one person may cost; nothing where no number is known."""
        if self.price_kind is PriceKind.FIXED:
            return (self.price,)
        if self.price_kind is PriceKind.VARIED:
            return tuple(self.variant_prices.values())
        return ()


def online_problem(
    *, price_kind: PriceKind, requires_approval: bool, can_authorize: bool
) -> PaymentProblem | None:
    """Say why such a service cannot be paid online, None when it can.

    Money is not taken before the owner has said yes: a request is paid online only where the
    provider can keep money ready without taking it (can_authorize).
    """
    if price_kind is PriceKind.FREE:
        return PaymentProblem.FREE_ONLINE
    if price_kind is PriceKind.CUSTOM:
        return PaymentProblem.ON_REQUEST_ONLINE
    if requires_approval and not can_authorize:
        return PaymentProblem.APPROVAL_ONLINE
    return None


def payment_problems(
    terms: PaymentTerms, *, requires_approval: bool, can_authorize: bool
) -> tuple[PaymentProblem, ...]:
    """List all that is wrong with the terms, the price first; nothing when they can be kept."""
    found = [*_price_problems(terms)]
    if not terms.pays_in_person and not terms.pays_online and terms.price_kind != PriceKind.FREE:
        found.append(PaymentProblem.NO_WAY_TO_PAY)
    online = online_problem(
        price_kind=terms.price_kind,
        requires_approval=requires_approval,
        can_authorize=can_authorize,
    )
    if terms.pays_online and online is not None:
        found.append(online)
    found += _deposit_problems(terms, online=terms.pays_online and online is None)
    if not 0 <= terms.tax_rate <= MAX_TAX:
        found.append(PaymentProblem.TAX_OUT_OF_RANGE)
    return tuple(found)


def _price_problems(terms: PaymentTerms) -> list[PaymentProblem]:
    found = []
    if terms.price_kind is PriceKind.FIXED and terms.variant_prices:
        found.append(PaymentProblem.HAS_VARIANTS)
    elif terms.price_kind is PriceKind.FIXED and terms.price < 1:
        found.append(PaymentProblem.PRICE_MISSING)
    if terms.price_kind is PriceKind.VARIED and not terms.variant_prices:
        found.append(PaymentProblem.HAS_NO_VARIANTS)
    elif terms.price_kind is PriceKind.VARIED and min(terms.amounts) < 0:
        found.append(PaymentProblem.PRICE_MISSING)
    elif terms.price_kind is PriceKind.VARIED and max(terms.amounts) < 1:
        found.append(PaymentProblem.VARIANTS_ALL_FREE)
    if max(terms.amounts, default=0) > MAX_AMOUNT:
        found.append(PaymentProblem.PRICE_TOO_HIGH)
    if terms.price_kind is PriceKind.CUSTOM and len(terms.price_text) > LONGEST_TEXT:
        found.append(PaymentProblem.TEXT_TOO_LONG)
    return found


def _deposit_problems(terms: PaymentTerms, *, online: bool) -> list[PaymentProblem]:
    if terms.deposit is None:
        return []
    if not online:
        return [PaymentProblem.DEPOSIT_OFFLINE]
    if terms.deposit < 1:
        return [PaymentProblem.DEPOSIT_OF_NOTHING]
    lowest = min((amount for amount in terms.amounts if amount > 0), default=0)
    return [PaymentProblem.DEPOSIT_TOO_HIGH] if lowest and terms.deposit >= lowest else []


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
