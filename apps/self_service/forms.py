"""What a customer types about bookings they have."""

from django.utils.translation import gettext_lazy as _

from apps.web.fields import AsksAboutSlips, LineField, OwnAddressField
from apps.web.form_keys import KeyedForm


class FindForm(KeyedForm, AsksAboutSlips):
    """An address, and a reference when somebody has it at hand."""

    use_required_attribute = False

    email = OwnAddressField(help_text=_("The one you booked with."))
    reference = LineField(
        label=_("Reference"), required=False, max_length=20, help_text=_("If you have it.")
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, auto_id="%s", **kwargs)


class AddressForm(AsksAboutSlips):
    """The address the mail should have gone to."""

    email = OwnAddressField()
