"""What a customer types about a booking they have."""

from django import forms

from apps.web.fields import OwnAddressField


class AddressForm(forms.Form):
    """The address the mail should have gone to."""

    email = OwnAddressField()
