"""What a customer types about a booking they have."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.web.fields import AddressField

LONGEST_ADDRESS = 254


class AddressForm(forms.Form):
    """The address the mail should have gone to."""

    email = AddressField(
        label=_("E-mail"),
        max_length=LONGEST_ADDRESS,
        error_messages={
            "required": _("Enter your e-mail address."),
            "invalid": _("Enter an e-mail address like name@example.com."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
