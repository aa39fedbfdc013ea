"""Rates as people write them, beside how they are kept."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

NUMBER = {"inputmode": "decimal", "autocomplete": "off"}


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
