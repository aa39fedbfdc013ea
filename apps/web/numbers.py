"""Numbers as people of a locale type them, and as they read them back in a field.

``Decimal`` and ``int`` of Python read far more than people mean: "1e3", "1_000" and the digits of
every script. What is read here is what somebody of that locale writes by hand, and nothing else.
"""

import re
from decimal import Decimal
from functools import lru_cache

from babel.numbers import get_currency_symbol, get_decimal_symbol, get_group_symbol

from apps.web.formatting import locale_of

LONGEST = 40
_SPACES = "\u0020\u00a0\u2009\u202f"
_APOSTROPHES = "'\u2019"
_DIRECTIONS = dict.fromkeys(map(ord, "\u200e\u200f\u061c"))


class NotANumber(ValueError):
    """Nobody of this locale writes a number like that."""


class OtherDigits(NotANumber):
    """It is written with digits of another script than 0 to 9."""


def read_number(text: str, *, locale: str) -> Decimal:
    """Read what was typed: digits, in groups or not, with the decimal sign of the locale.

    The other of "." and "," is understood as the decimal sign where it cannot part a group, with
    one or two digits behind it: the keys of a phone know its own locale only.

    Raises:
        OtherDigits, NotANumber: as their names say.
    """
    text = text.strip()
    if any(sign.isdigit() and not sign.isascii() for sign in text):
        raise OtherDigits(text[:LONGEST])
    own, other = _patterns(locale)
    found = own.fullmatch(text) or other.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        raise NotANumber(text[:LONGEST])
    whole, part = re.sub("[^0-9]", "", found["whole"]), found["part"]
    return Decimal(f"{whole or 0}.{part}" if part else whole)


def read_amount(text: str, *, currency: str, locale: str) -> Decimal:
    """Read an amount in main units as it was typed, or copied from a page of ours: the sign or the
    code of its currency may stand before it or behind it, as ``format_money`` writes it.

    Raises:
        OtherDigits, NotANumber: as their names say; a sign of another currency is no number.
    """
    text = text.translate(_DIRECTIONS).strip()
    shown = get_currency_symbol(currency, locale_of(locale)).translate(_DIRECTIONS)
    for sign in (shown, currency):
        bare = text.removeprefix(sign)
        bare = bare if bare != text else text.removesuffix(sign)
        if bare != text:
            return read_number(bare, locale=locale)
    return read_number(text, locale=locale)


def write_number(value: Decimal, *, locale: str) -> str:
    """A number as it stands in a field: the decimal sign of the locale, all of its decimals, and no
    groups."""
    return f"{value:f}".replace(".", get_decimal_symbol(locale_of(locale)))


@lru_cache(maxsize=64)
def _patterns(tag: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    locale = locale_of(tag)
    decimal, group = get_decimal_symbol(locale), get_group_symbol(locale)
    groups = _SPACES + (_APOSTROPHES if group in _APOSTROPHES else group)
    # Marathi and others write an amount of money in other groups than a number.
    shapes = dict.fromkeys(
        (locale.decimal_formats[None].grouping, locale.currency_formats["standard"].grouping)
    )
    grouped = "|".join(
        rf"[0-9]{{1,{before}}}(?P<by{at}>[{re.escape(groups)}])"
        rf"(?:[0-9]{{{before}}}(?P=by{at}))*[0-9]{{{last}}}"
        for at, (last, before) in enumerate(shapes)
    )
    part = re.escape(decimal)
    own = rf"(?P<whole>[0-9]+|{grouped}|(?={part}))(?:{part}(?P<part>[0-9]+))?"
    other = "," if decimal == "." else r"\."
    return re.compile(own), re.compile(rf"(?P<whole>[0-9]+){other}(?P<part>[0-9]{{1,2}})")
