"""Numbers and amounts of money in forms, typed as people of the business's locale type them.

``Decimal`` and ``int`` of Python read far more than people mean: "1e3", "1_000" and the digits of
every script. What is read here is what somebody of that locale writes by hand, and nothing else.
"""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.numbers import get_currency_symbol, get_decimal_symbol, get_group_symbol
from django import forms
from django.core.validators import EMPTY_VALUES
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.kernel.money import Money, exponent
from apps.web.formatting import locale_of

LONGEST = 40
MAX_NUMBER = Decimal(2_000_000)
SAMPLE = 1250
_MINUS = "-\u2212"
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


class NumberField(forms.Field):
    """A number of the locale, cleaned as a Decimal; None when it may be empty.

    Its locale may be set after the form was made (``speak``). The words of ``invalid`` say what
    would be right, those of ``digits`` that 0 to 9 are to be used. A sign may stand before it where
    less than 0 is allowed; places is how many decimals may be typed, None as many as there are.
    """

    default_error_messages = {
        "invalid": gettext_lazy("Enter a number like 10."),
        "digits": gettext_lazy("Use the digits 0 to 9."),
        "min_value": gettext_lazy("Enter a larger number."),
        "max_value": gettext_lazy("Enter a smaller number."),
        "places": gettext_lazy("Enter a number with fewer decimals."),
    }

    def __init__(
        self,
        *,
        min_value: Decimal = Decimal(0),
        max_value: Decimal = MAX_NUMBER,
        places: int | None = None,
        locale: str = "en-GB",
        **kwargs: Any,
    ) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(**{"widget": widget, **kwargs})
        self.min_value, self.max_value, self.places = min_value, max_value, places
        self.locale = locale

    def to_python(self, value: Any) -> Decimal | None:
        """What was typed, as a Decimal.

        Raises:
            ValidationError: nobody of this locale writes a number like that.
        """
        if value in EMPTY_VALUES or not str(value).strip():
            return None
        text = str(value).strip()
        sign = -1 if self.min_value < 0 and text[0] in _MINUS else 1
        try:
            return sign * self.read(text[sign < 0 :])
        except OtherDigits as other:
            raise self.wrong("digits") from other
        except NotANumber as wrong:
            raise self.wrong("invalid") from wrong

    def read(self, text: str) -> Decimal:
        """What stands behind the sign.

        Raises:
            NotANumber: nobody of this locale writes a number like that.
        """
        return read_number(text, locale=self.locale)

    def validate(self, value: Any) -> None:
        """Between the least and the most that may be, and not finer than it may be."""
        super().validate(value)
        if value is not None and self.places is not None and _places_of(value) > self.places:
            raise self.wrong("places")
        if value is not None and value < self.min_value:
            raise self.wrong("min_value")
        if value is not None and value > self.max_value:
            raise self.wrong("max_value")

    def wrong(self, code: str) -> forms.ValidationError:
        """The error of this code, in words."""
        return forms.ValidationError(self.error_messages[code], code=code)

    def prepare_value(self, value: Any) -> Any:
        """A number as people of the locale write it; what was typed as it was typed."""
        return write_number(value, locale=self.locale) if isinstance(value, Decimal) else value


class MoneyField(NumberField):
    """Main units in, minor units out ("12.50" EUR is 1250, "12,50" where people write a comma; None
    when it may be empty). An amount that was copied from a page keeps the sign of its currency.

    Currency and locale may be set after the form was made (``speak``).
    """

    default_error_messages = {
        "invalid": gettext_lazy("Enter an amount like %(sample)s."),
        "min_value": gettext_lazy("Enter an amount like %(sample)s."),
        "max_value": gettext_lazy("Enter a smaller amount."),
    }

    def __init__(self, *, currency: str = "EUR", **kwargs: Any) -> None:
        super().__init__(**{"min_value": Decimal("0.001"), **kwargs})
        self.currency = currency

    def clean(self, value: Any) -> int | None:
        """Return minor units.

        Raises:
            ValidationError: no amount, or with more decimals than the currency knows.
        """
        if type(value) is int:  # what is stored, of a field that is closed
            return value
        found = super().clean(value)
        if found is None:
            return None
        # "1.000" is a thousand to half of Europe and one to the rest: nobody guesses.
        if _places_of(found) > (digits := exponent(self.currency)):
            words = _("Enter an amount with at most %(digits)d decimals.") % {"digits": digits}
            whole = _("Enter a whole amount: %(currency)s has no decimals.")
            raise forms.ValidationError(words if digits else whole % {"currency": self.currency})
        return Money.from_decimal(found, self.currency).amount

    def read(self, text: str) -> Decimal:
        return read_amount(text, currency=self.currency, locale=self.locale)

    def wrong(self, code: str) -> forms.ValidationError:
        words = str(self.error_messages[code]).replace("%(sample)s", self._write(SAMPLE))
        return forms.ValidationError(words, code=code)

    def prepare_value(self, value: Any) -> Any:
        """Minor units as people write them; what was typed as it was typed."""
        return self._write(value) if type(value) is int else value

    def _write(self, minor: int) -> str:
        return write_number(Money(minor, self.currency).to_decimal(), locale=self.locale)


def _places_of(value: Decimal) -> int:
    """How many decimals were typed, noughts too: "1.000" may mean a thousand elsewhere."""
    return -int(value.as_tuple().exponent)


def speak(form: forms.BaseForm, *, locale: str, currency: str = "EUR") -> None:
    """Have all numbers of a form typed as people of this locale do, amounts in this currency."""
    for field in form.fields.values():
        if isinstance(field, NumberField):
            field.locale = locale
        if isinstance(field, MoneyField):
            field.currency = currency
