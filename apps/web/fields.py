"""Form fields whose values are clean before any rule sees them (rule S8): lines, texts, addresses,
whole numbers; and the form that asks once about a slip of the finger in an address.
"""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_lazy as _

from apps.web.number_fields import MAX_NUMBER, NumberField, write_number
from apps.web.text import clean_line, clean_text, suggest_address

LONGEST_INPUT = 20_000
LONGEST_NAME, LONGEST_ADDRESS = 120, 254
LONGEST_VISIT_ADDRESS = 300
LINK = re.compile(r"//|@")
GLUED = re.compile(r"\.(?=[^\W\d_])")
LARGEST = 2**63 - 1
_PLAIN = re.compile(r"-?[0-9]{1,19}")
ASKED = "asked"
"""Each address that the page has asked about; sent once more as it is, it is meant."""
KEPT = "kept"
"""Each address that was said to be meant while there was another question."""
USE, KEEP = "use_", "keep_"
"""With the name of a field: which of the two addresses is meant."""


class LineField(forms.CharField):
    """One line of text. Longer than ``max_length`` is a mistake the person is told about."""

    def to_python(self, value: Any) -> str:
        return clean_line(str(super().to_python(_one(value))), max_length=LONGEST_INPUT)


class TextField(forms.CharField):
    """Text of several lines, shown in a text area."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return clean_text(str(super().to_python(_one(value))), max_length=LONGEST_INPUT)


class VisitAddressField(TextField):
    """Where a home visit goes, typed in as many lines as an envelope has and kept in one.

    It stands in mails, where nothing of it may become a link: "St.Mary's" gets its blank.
    """

    default_error_messages = {
        "required": _("Enter the address we should come to."),
        "link": _("Enter street, postcode and town, without a link."),
    }

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 2, "autocomplete": "street-address"})
        labels = {
            "label": _("Where should we come?"),
            "help_text": _("Street and number, postcode and town."),
        }
        super().__init__(
            **{**labels, "max_length": LONGEST_VISIT_ADDRESS, "widget": widget, **kwargs}
        )

    def to_python(self, value: Any) -> str:
        lines = super().to_python(value).splitlines()
        whole = ", ".join(kept for line in lines if (kept := line.strip(" ,\t")))
        return GLUED.sub(". ", whole)

    def validate(self, value: str) -> None:
        """Refuse what a mail program would make a link.

        Raises:
            ValidationError: it is empty and required, or holds something like a link.
        """
        super().validate(value)
        if LINK.search(value):
            raise forms.ValidationError(self.error_messages["link"], code="link")


class AddressField(forms.EmailField):
    """One e-mail address, trimmed and in lower case: the form in which customers are found again.

    More than one address, line breaks, quoted local parts and blanks are refused (rule S9).
    """

    default_error_messages = {"invalid": _("Enter an e-mail address like name@example.com.")}
    typed = meant = ""
    """What looks mistyped, and what was probably meant as long as that is a question."""

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        """Have the page ask about a slip of the finger once the address is typed; it stops
        nobody."""
        bound = super().get_bound_field(form, field_name)
        asks = {
            "hx-post": reverse("web:did_you_mean"),
            "hx-trigger": "change",
            "hx-params": bound.html_name,
            "hx-target": f"#{bound.auto_id}-hint",
            "hx-swap": "innerHTML",
        }
        self.widget.attrs = {**asks, **self.widget.attrs}
        return bound

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(_one(value)))
        return text.strip().lower()

    def run_validators(self, value: Any) -> None:
        """Refuse what some mail programs read as two addresses or as a header.

        Raises:
            ValidationError: with Django's words for a wrong address.
        """
        super().run_validators(value)
        if value and not is_plain_address(value):
            raise forms.ValidationError(validate_email.message, code="invalid")


class OwnNameField(LineField):
    """The full name of whoever fills in the form."""

    default_error_messages = {"required": _("Enter your full name.")}

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "name"})
        super().__init__(
            **{"label": _("Full name"), "max_length": LONGEST_NAME, "widget": widget, **kwargs}
        )


class OwnAddressField(AddressField):
    """The e-mail address of whoever fills in the form."""

    default_error_messages = {"required": _("Enter your e-mail address.")}

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"})
        super().__init__(
            **{"label": _("E-mail"), "max_length": LONGEST_ADDRESS, "widget": widget, **kwargs}
        )


def is_plain_address(value: str) -> bool:
    """Say whether this is one printable address without quotes, commas, blanks or brackets."""
    if value.count("@") != 1 or not value.isprintable():
        return False
    return not set(value) & set(' "\\,;:<>()[]')


def _one(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


class WholeNumberField(NumberField):
    """A whole number as people of the locale type it ("1.000" where a point parts the groups),
    cleaned as an int; None when it may be empty. Its locale may be set later (``speak``)."""

    default_error_messages = {
        "invalid": gettext_lazy("Enter a whole number like 10."),
        "places": gettext_lazy("Enter a whole number like 10."),
        "min_value": gettext_lazy("Enter %(bound)s or more."),
        "max_value": gettext_lazy("Enter %(bound)s or less."),
    }

    def __init__(
        self, *, min_value: int = 0, max_value: int = int(MAX_NUMBER), **kwargs: Any
    ) -> None:
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


class AsksAboutSlips(forms.Form):
    """Mixed into forms with an address: one that looks mistyped comes back once with the question
    and both buttons. Where scripts have asked already, nobody is asked twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            self._use_what_is_meant()

    def _use_what_is_meant(self) -> None:
        meant = {
            name: self.data[f"{USE}{name}"]
            for name, field in self.fields.items()
            if isinstance(field, AddressField) and self.data.get(f"{USE}{name}")
        }
        if meant:
            data: Any = self.data.copy()  # type: ignore[attr-defined]
            for name, address in meant.items():
                data[self.add_prefix(name)] = address
            self.data = data

    def clean(self) -> dict[str, Any]:
        """Ask about the addresses that are right in form."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        for name, field in self.fields.items():
            if isinstance(field, AddressField) and found.get(name):
                self._ask(name, field)
        return found

    def _ask(self, name: str, field: AddressField) -> None:
        """Ask about one address that nobody has asked about yet."""
        typed = self.cleaned_data.get(name, "")
        meant = suggest_address(typed)
        if not meant:
            return
        field.typed = typed
        if not self._is_meant(name, typed):
            field.meant = meant
            self.add_error(name, _("Did you mean %(meant)s?") % {"meant": meant})

    def _is_meant(self, name: str, typed: str) -> bool:
        """Whoever answers one question has not answered the other."""
        if typed in self._sent(KEPT) or typed in self._sent(f"{KEEP}{name}"):
            return True
        answers = any(str(it).startswith((USE, KEEP)) for it in self.data)
        return not answers and typed in self._sent(ASKED)

    def _sent(self, name: str) -> list[str]:
        several = getattr(self.data, "getlist", None)
        sent = several(name) if several else [self.data.get(name, "")]
        return [str(it).strip().lower() for it in sent]
