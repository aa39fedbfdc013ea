"""Form fields whose values are clean before any rule sees them (rule S8)."""

import re
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.web.text import clean_line, clean_text

LONGEST_INPUT = 20_000
LONGEST_NAME, LONGEST_ADDRESS = 120, 254
LONGEST_VISIT_ADDRESS = 300
LINK = re.compile(r"//|@")
GLUED = re.compile(r"\.(?=[^\W\d_])")


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
