"""What a customer types about bookings they have."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.bookings.forms.questions import PhoneField
from apps.bookings.models import MoveWish
from apps.bookings.wishes import PARTS, Wish
from apps.bookings.wording import hours_words
from apps.waitlists.forms import NOTICES
from apps.web.fields import (
    LONGEST_NAME,
    AsksAboutSlips,
    LineField,
    OwnAddressField,
    OwnNameField,
    PlainNumberField,
    TextField,
)
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


class CorrectForm(forms.Form):
    """What a business calls somebody, and how it reaches them; the address is what they have
    proven, and stays."""

    use_required_attribute = False

    name = OwnNameField()

    def __init__(self, data: QueryDict | None = None, *, region: str, **kwargs: Any) -> None:
        super().__init__(data, auto_id="%s", **kwargs)
        self.fields["phone"] = PhoneField(label=_("Phone"), region=region, required=False)


class SavedPersonForm(forms.Form):
    """The name of somebody one books for."""

    use_required_attribute = False

    name = LineField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        error_messages={"required": _("Enter a name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: QueryDict | None = None, *, tail: str = "", **kwargs: Any) -> None:
        super().__init__(data, auto_id=f"%s{tail}", **kwargs)


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
    visit = forms.CharField(max_length=4, required=False, widget=forms.HiddenInput)
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


LONGEST_WISH = 31
"""So many days can be looked through for one wish."""


FARTHEST = timedelta(days=365)


def _day_field(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Enter a date."), "invalid": _("Enter a date.")},
    )


class BetterTimeForm(forms.Form):
    """On which days, at which hours and with whom a time would be better than the one there is."""

    use_required_attribute = False

    first_on = _day_field(_("From"))
    last_on = _day_field(_("To"))
    hours = forms.TypedChoiceField(label=_("Time of day"), coerce=int)
    staff = forms.TypedChoiceField(label=_("With"), coerce=int, empty_value=None, required=False)
    notice = forms.TypedChoiceField(
        label=_("How much notice do you need?"), choices=NOTICES, coerce=int
    )

    def __init__(
        self,
        data: QueryDict | None,
        *,
        today: date,
        own_day: date,
        locale: str,
        people: Sequence[tuple[int, str]],
        chosen: int | None,
        known: MoveWish | None,
    ) -> None:
        """today and own_day are days of the venue, people who could do it, chosen whom the customer
        named, known what was asked for before."""
        super().__init__(data, auto_id="%s")
        self.today = today
        self.fields["hours"].choices = [  # type: ignore[attr-defined]
            (number, hours_words(*part, locale=locale).capitalize())
            for number, part in enumerate(PARTS)
        ]
        if len(people) > 1:
            anybody = ("", _("Any available"))
            self.fields["staff"].choices = [anybody, *people]  # type: ignore[attr-defined]
        else:
            del self.fields["staff"]
        longest = today + timedelta(days=LONGEST_WISH - 1)
        self.initial = {"first_on": today, "last_on": min(own_day, longest), "staff": chosen}
        if known is not None:
            self.initial |= _as_asked(known)

    def clean(self) -> dict[str, Any]:
        """Days in order, not too many, and not long over or far away."""
        found = super().clean() or {}
        first, last = found.get("first_on"), found.get("last_on")
        if first is None or last is None:
            return found
        if last < self.today:
            self.add_error("last_on", _("Choose a day from today on."))
        elif last < first:
            self.add_error("last_on", _("Choose a day after the first one."))
        elif last - max(first, self.today) >= timedelta(days=LONGEST_WISH):
            self.add_error("last_on", _("Choose at most 31 days."))
        elif last - self.today > FARTHEST:
            self.add_error("last_on", _("Choose a day within a year."))
        return found

    def wish(self) -> Wish:
        """The days and hours that were chosen."""
        found = self.cleaned_data
        first, last = PARTS[found["hours"]]
        return Wish(
            first_on=max(found["first_on"], self.today),
            last_on=found["last_on"],
            from_minute=first,
            to_minute=last,
            notice_minutes=found["notice"],
        )

    def resource_id(self) -> int | None:
        """Who is wanted, None for whoever is free."""
        chosen: int | None = self.cleaned_data.get("staff")
        return chosen


def _as_asked(wish: MoveWish) -> dict[str, Any]:
    hours = (wish.wanted_from_minute, wish.wanted_to_minute)
    return {
        "first_on": wish.wanted_first_on,
        "last_on": wish.wanted_last_on,
        "hours": PARTS.index(hours) if hours in PARTS else 0,
        "staff": wish.resource_id,
        "notice": wish.notice_minutes,
    }
