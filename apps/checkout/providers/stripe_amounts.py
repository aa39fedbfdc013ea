"""Amounts as Stripe counts them (docs.stripe.com/currencies). Pure.

Stripe counts yen in yen and dinars in thousandths, as we do. But it counts two decimals wherever it
does not say otherwise, also for currencies that have none (ISK and UGX, on purpose); and the last
digit of three must be 0.
"""

from apps.checkout.providers.protocol import Bounds
from apps.kernel.money import exponent

# fmt: off
NO_DECIMALS = frozenset((
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF",
    "XOF", "XPF",
))
THREE_DECIMALS = frozenset(("BHD", "JOD", "KWD", "OMR", "TND"))
# fmt: on


MIN_CHARGES = {
    **dict.fromkeys(("USD", "AUD", "BRL", "CAD", "CHF", "EUR", "INR", "NZD", "SGD"), 50),
    **dict.fromkeys(("AED", "MYR", "PLN", "RON"), 200),
    "BGN": 100,
    "CZK": 1500,
    "DKK": 250,
    "GBP": 30,
    "HKD": 400,
    "HUF": 17500,
    "JPY": 50,
    "MXN": 1000,
    "NOK": 300,
    "SEK": 300,
    "THB": 1000,
}
"""The smallest charges, in Stripe's units; for others Stripe converts half a US dollar, and what is
less is refused when the payment is opened."""
MAX_CHARGE = 99_999_999
"""Eight digits, in Stripe's units."""


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


def stripe_bounds(currency: str) -> Bounds:
    """What can be charged, in minor units of ours."""
    finer = exponent(currency) - _decimals(currency)
    step = 10 if currency in THREE_DECIMALS else 1
    least = max(step, MIN_CHARGES.get(currency, 1))
    if finer >= 0:
        unit = 10**finer
        return Bounds(least=least * unit, most=MAX_CHARGE // step * step * unit, step=step * unit)
    return Bounds(least=-(-least // 10**-finer), most=MAX_CHARGE // 10**-finer)


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
