"""What a customer types about bookings they have."""

import re
import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.web.fields import AsksAboutSlips, LineField, OwnAddressField, PlainNumberField, TextField
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


class SignInForm(KeyedForm, AsksAboutSlips):
    """The address whose bookings somebody wants to see."""

    use_required_attribute = False

    email = OwnAddressField(help_text=_("The one you book with."))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, auto_id="%s", **kwargs)


class CodeForm(forms.Form):
    """The six digits of the mail, in one piece or with a blank between."""

    use_required_attribute = False

    code = LineField(
        label=_("Code"),
        max_length=40,
        error_messages={"required": _("Enter the six digits from the e-mail.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="%s")

    def clean_code(self) -> str:
        """Digits of any script, without blanks and dashes.

        Raises:
            ValidationError: not six digits; it is no try.
        """
        typed = unicodedata.normalize("NFKC", str(self.cleaned_data["code"]))
        digits = re.sub(r"[\s\-]", "", typed)
        if not re.fullmatch(r"[0-9]{6}", digits):
            raise ValidationError(_("Enter the six digits from the e-mail."))
        return digits


class CancelForm(forms.Form):
    """What was shown when somebody cancelled, and why they do."""

    use_required_attribute = False

    revision = PlainNumberField(min_value=1, widget=forms.HiddenInput)
    fee = PlainNumberField(min_value=0, widget=forms.HiddenInput)
    reason = TextField(
        label=_("Why?"),
        help_text=_("Only the team reads this."),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="%s")


class AddressForm(AsksAboutSlips):
    """The address the mail should have gone to."""

    email = OwnAddressField()
