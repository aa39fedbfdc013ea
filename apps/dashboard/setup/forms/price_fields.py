"""Rates as people write them, beside how they are kept."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.html import format_html

from apps.catalog.payment_problems import WRONG_RATE
from apps.web.number_fields import NumberField, write_number


class TaxField(NumberField):
    """A rate typed in per cent ("7.7"), kept in basis points (770)."""

    WRONG = WRONG_RATE

    def __init__(self, **kwargs: Any) -> None:
        codes = ("required", "invalid", "min_value", "max_value")
        words = dict.fromkeys(codes, self.WRONG)
        super().__init__(max_value=Decimal(50), error_messages=words, **kwargs)

    def clean(self, value: Any) -> int:
        """Basis points.

        Raises:
            ValidationError: no rate, or with more than two decimals.
        """
        points = super().clean(value) * 100
        if points != points.to_integral_value():
            raise forms.ValidationError(self.WRONG)
        return int(points)

    def prepare_value(self, value: Any) -> Any:
        """Basis points as people write them; what was typed as it was typed."""
        if type(value) is not int:
            return value
        return write_number(Decimal(value) / 100, locale=self.locale)


def warn_beside(field: forms.Field, words: str) -> None:
    """Put a warning behind the help text of a field: it is read together with the field."""
    gap = " " if field.help_text else ""
    field.help_text = format_html('{}{}<b class="warn">{}</b>', field.help_text, gap, words)
