"""An amount of money as people type it, clean as whole minor units."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import EMPTY_VALUES
from django.utils.translation import gettext_lazy as _

from apps.kernel.money import Money, exponent

MOST = Decimal(2_000_000)


class MoneyField(forms.DecimalField):
    """Main units in, minor units out ("12.50" or "12,50" EUR is 1250; None when it may be empty).

    The currency may be set after the form was made.
    """

    def __init__(self, *, currency: str = "EUR", **kwargs: Any) -> None:
        amount, too_much = _("Enter an amount like 12.50."), _("Enter a smaller amount.")
        words = {
            **dict.fromkeys(("invalid", "min_value"), amount),
            **dict.fromkeys(("max_value", "max_digits", "max_whole_digits"), too_much),
            **kwargs.pop("error_messages", {}),
        }
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        limits = {"min_value": Decimal("0.001"), "max_value": MOST, "max_digits": 15}
        super().__init__(**{**limits, "widget": widget, "error_messages": words, **kwargs})
        self.currency = currency

    def to_python(self, value: Any) -> Any:
        """Return the main units that were typed, as a Decimal."""
        text = str(value).strip() if value not in EMPTY_VALUES else ""
        if text.count(",") == 1 and "." not in text:
            text = text.replace(",", ".")
        return super().to_python(text)

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
        try:
            return Money.from_decimal(found, self.currency).amount
        except ValueError as wrong:
            digits = exponent(self.currency)
            words = _("Enter an amount with at most %(digits)d decimals.") % {"digits": digits}
            raise forms.ValidationError(words) from wrong

    def prepare_value(self, value: Any) -> Any:
        """Minor units as people write them; what was typed as it was typed."""
        return str(Money(value, self.currency).to_decimal()) if type(value) is int else value
