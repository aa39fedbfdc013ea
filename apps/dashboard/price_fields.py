"""Amounts and rates as people write them, beside how they are kept."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.kernel.money import Money, exponent

MOST = Decimal(2_000_000)
NUMBER = {"inputmode": "decimal", "autocomplete": "off"}


class AmountField(forms.DecimalField):
    """An amount typed in main units ("12.50"), kept in minor units (1250)."""

    def __init__(self, *, currency: str, **kwargs: Any) -> None:
        self.currency = currency
        amount = gettext_lazy("Enter an amount like 12.50.")
        too_much = gettext_lazy("Enter a smaller amount.")
        words = {"invalid": amount, "min_value": amount, "max_value": too_much}
        words |= {"max_digits": too_much, "max_whole_digits": too_much}
        super().__init__(
            min_value=Decimal(0),
            max_value=MOST,
            max_digits=15,
            error_messages={**words, **kwargs.pop("error_messages", {})},
            widget=forms.TextInput(attrs=NUMBER),
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        """The minor units, None for nothing."""
        if type(value) is int:  # what is stored, of a field that is closed
            return value
        amount = super().clean(value)
        if amount is None:
            return None
        try:
            return Money.from_decimal(amount, self.currency).amount
        except ValueError as wrong:
            words = _("Enter an amount with at most %(digits)d decimals.")
            raise forms.ValidationError(words % {"digits": exponent(self.currency)}) from wrong

    def prepare_value(self, value: Any) -> Any:
        """Minor units as people write them; what was typed as it was typed."""
        return str(Money(value, self.currency).to_decimal()) if type(value) is int else value


class TaxField(forms.DecimalField):
    """A rate typed in per cent ("7.7"), kept in basis points (770)."""

    WRONG = gettext_lazy("Enter a rate from 0 to 50 with at most two decimals, like 19 or 7.7.")

    def __init__(self, **kwargs: Any) -> None:
        codes = [
            *("required", "invalid", "min_value", "max_value"),
            *("max_digits", "max_decimal_places", "max_whole_digits"),
        ]
        super().__init__(
            min_value=Decimal(0),
            max_value=Decimal(50),
            max_digits=4,
            decimal_places=2,
            error_messages=dict.fromkeys(codes, self.WRONG),
            widget=forms.TextInput(attrs=NUMBER),
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        """Basis points."""
        return int(super().clean(value) * 100)

    def prepare_value(self, value: Any) -> Any:
        """Basis points as people write them; what was typed as it was typed."""
        return f"{Decimal(value) / 100:f}" if type(value) is int else value
