"""Whole numbers in forms: those that people type, and those that a page of ours wrote itself.

Django's own ``IntegerField`` leaves the reading to ``int``, which takes "1_000" and the digits of
every script; no form of ours uses it.
"""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy

from apps.web.money_field import MOST, NumberField
from apps.web.numbers import write_number

LARGEST = 2**63 - 1
_PLAIN = re.compile(r"-?[0-9]{1,19}")


class WholeNumberField(NumberField):
    """A whole number as people of the locale type it ("1.000" where a point parts the groups),
    cleaned as an int; None when it may be empty. Its locale may be set later (``speak``)."""

    default_error_messages = {
        "invalid": gettext_lazy("Enter a whole number like 10."),
        "places": gettext_lazy("Enter a whole number like 10."),
        "min_value": gettext_lazy("Enter %(bound)s or more."),
        "max_value": gettext_lazy("Enter %(bound)s or less."),
    }

    def __init__(self, *, min_value: int = 0, max_value: int = int(MOST), **kwargs: Any) -> None:
        super().__init__(
            min_value=Decimal(min_value), max_value=Decimal(max_value), places=0, **kwargs
        )
        self.widget.attrs["inputmode"] = "numeric"

    def clean(self, value: Any) -> int | None:
        """Return the number.

        Raises:
            ValidationError: nobody of this locale writes a whole number like that.
        """
        found = super().clean(value)
        return None if found is None else int(found)

    def wrong(self, code: str) -> forms.ValidationError:
        bound = self.min_value if code == "min_value" else self.max_value
        words = str(self.error_messages[code])
        written = write_number(bound, locale=self.locale)
        return forms.ValidationError(words.replace("%(bound)s", written), code=code)


class PlainNumberField(forms.IntegerField):
    """A whole number in the digits 0 to 9 and nothing else: what a page of ours wrote into itself
    or into an address, and what operators type."""

    default_error_messages = {"invalid": gettext_lazy("Enter a whole number in the digits 0 to 9.")}

    def __init__(self, *, max_value: int | None = None, **kwargs: Any) -> None:
        super().__init__(max_value=LARGEST if max_value is None else max_value, **kwargs)

    def to_python(self, value: Any) -> int | None:
        """Return the number.

        Raises:
            ValidationError: it is written in another way.
        """
        if isinstance(value, str) and value.strip() and not _PLAIN.fullmatch(value.strip()):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


PLAIN_NUMBERS: dict[type, dict[str, Any]] = {
    models.IntegerField: {"form_class": PlainNumberField},
    models.BigIntegerField: {"form_class": PlainNumberField},
}
"""How the operators' pages ask for numbers: their ``formfield_overrides``."""
