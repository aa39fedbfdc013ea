from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.bookings.operations import WaitingDetails
from apps.web.fields import AddressField, LineField

HOUR = 60
NOTICES = (
    (0, _("Any time, I am quick")),
    (2 * HOUR, _("2 hours before")),
    (12 * HOUR, _("12 hours before")),
    (24 * HOUR, _("A day before")),
)


class WaitlistForm(forms.Form):
    """Who waits, and until when they must know."""

    use_required_attribute = False

    name = LineField(
        label=_("Full name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter your full name.")},
    )
    email = AddressField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("We write to you as soon as a place comes free."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        error_messages={
            "required": _("Enter your e-mail address."),
            "invalid": _("Enter an e-mail address like name@example.com."),
        },
    )
    notice = forms.TypedChoiceField(
        label=_("I must know at the latest"), choices=NOTICES, coerce=int
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="%s", **kwargs)  # type: ignore[misc]

    def details(self) -> WaitingDetails:
        """What was typed, cleaned."""
        found = self.cleaned_data
        return WaitingDetails(
            name=found["name"], email=found["email"], notice_minutes=found["notice"]
        )
