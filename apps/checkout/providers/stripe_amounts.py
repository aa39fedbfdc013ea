"""Amounts as Stripe counts them (docs.stripe.com/currencies). Pure.

Stripe counts yen in yen and dinars in thousandths, as we do. But it counts two decimals wherever it
does not say otherwise, also for currencies that have none (ISK and UGX, on purpose); and the last
digit of three must be 0.
"""

from apps.kernel.money import exponent

# fmt: off
NO_DECIMALS = frozenset((
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF",
    "XOF", "XPF",
))
THREE_DECIMALS = frozenset(("BHD", "JOD", "KWD", "OMR", "TND"))
# fmt: on


class NotCountable(ValueError):
    """The amount cannot be said in the units of the other side."""


def to_stripe(amount: int, currency: str) -> int:
    """Minor units as Stripe wants them.

    Raises:
        NotCountable: it has decimals that Stripe does not take.
    """
    units = _shift(amount, _decimals(currency) - exponent(currency))
    if currency in THREE_DECIMALS and units % 10:
        raise NotCountable(f"{amount} {currency}")
    return units


def from_stripe(units: int, currency: str) -> int:
    """Stripe's units as minor units of ours.

    Raises:
        NotCountable: it has decimals that the currency does not have.
    """
    return _shift(units, exponent(currency) - _decimals(currency))


def _decimals(currency: str) -> int:
    if currency in NO_DECIMALS:
        return 0
    return 3 if currency in THREE_DECIMALS else 2


def _shift(amount: int, places: int) -> int:
    if places >= 0:
        return int(amount * 10**places)
    whole, rest = divmod(amount, 10**-places)
    if rest:
        raise NotCountable(str(amount))
    return int(whole)
