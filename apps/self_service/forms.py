"""What a customer types about a booking they have."""

from apps.web.fields import OwnAddressField
from apps.web.slips import AsksAboutSlips


class AddressForm(AsksAboutSlips):
    """The address the mail should have gone to."""

    email = OwnAddressField()
