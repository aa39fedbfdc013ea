"""What is typed at the door and about the people of a class: syntax and shape only."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.bookings.models import Attendance
from apps.catalog.models import Service, Variant
from apps.classes.queries.attending import Scope, Seen
from apps.dashboard.frame.forms import LONGEST_REASON
from apps.kernel.references import DIGEST_PATTERN
from apps.waitlists.operations import WaitingDetails
from apps.web.fields import (
    AddressField,
    AsksAboutSlips,
    LineField,
    PlainNumberField,
    TextField,
    WholeNumberField,
)
from apps.web.form_keys import KeyedForm
from apps.web.formatting import format_money
from apps.web.number_fields import speak

MAX_PLACES = 1000


class FormWithNumbers(forms.Form):
    """Numbers are typed as people of the business's locale type them."""

    def __init__(self, *args: Any, locale: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        speak(self, locale=locale)


class CheckInForm(forms.Form):
    """Who of a booking, and whether they came; an empty state takes the mark away."""

    reference = forms.CharField(max_length=8)
    seat = PlainNumberField(min_value=0, max_value=MAX_PLACES)
    state = forms.ChoiceField(choices=Attendance.State.choices, required=False)

    def mark(self) -> Attendance.State | None:
        """What to write down."""
        state = self.cleaned_data["state"]
        return Attendance.State(state) if state else None


class WaitingForm(forms.Form):
    """Who on the waitlist, and what to do with them."""

    reference = forms.CharField(max_length=8)
    verb = forms.ChoiceField(choices=[(it, it) for it in ("enrol", "first", "remove")])


class MessageForm(KeyedForm):
    text = TextField(
        label=_("Message to everyone"),
        help_text=_("Each person gets their own e-mail; nobody sees the others."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Enter a message.")},
    )


class PlacesForm(FormWithNumbers):
    """seen is how many places the page showed."""

    capacity = WholeNumberField(label=_("Places"), min_value=1, max_value=MAX_PLACES)
    seen = PlainNumberField(
        min_value=1, max_value=MAX_PLACES, widget=forms.HiddenInput, required=False
    )


class CancelSessionsForm(forms.Form):
    """seen is what the page showed: its people are the ones who are told."""

    scope = forms.ChoiceField(choices=[(it.value, it.value) for it in Scope])
    seen = forms.RegexField(regex=rf"^{DIGEST_PATTERN}-{DIGEST_PATTERN}$")
    reason = LineField(
        label=_("Reason"),
        help_text=_("Everyone who booked sees this in the e-mail."),
        max_length=LONGEST_REASON,
        error_messages={"required": _("Enter a reason, so that people know why.")},
    )


def seen_in(sent: str) -> Seen:
    """What a page showed, as its form says it."""
    people, _dash, sessions = sent.partition("-")
    return Seen(people, sessions)


MAX_PEOPLE = 99


class AddPersonForm(KeyedForm, AsksAboutSlips, FormWithNumbers):
    """Somebody the team puts into a class; where the service has several variants, how many people
    come as each of them."""

    name = LineField(
        label=_("Name"), max_length=120, error_messages={"required": _("Enter a name.")}
    )
    email = AddressField(
        label=_("E-mail"),
        max_length=254,
        error_messages={
            "required": _("Enter an e-mail address: the confirmation goes there."),
        },
    )
    people = WholeNumberField(label=_("People"), min_value=1, max_value=MAX_PEOPLE, initial=1)

    def __init__(self, *args: Any, service: Service | None, locale: str, **kwargs: Any) -> None:
        super().__init__(*args, locale=locale, **kwargs)
        self.counted: dict[str, int] = {}
        if service is not None and len(service.all_variants) > 1:
            self._ask_for_each(service, locale=locale)
            speak(self, locale=locale)

    def _ask_for_each(self, service: Service, *, locale: str) -> None:
        del self.fields["people"]
        for variant in service.all_variants:
            name = f"people_{variant.pk}"
            self.fields[name] = WholeNumberField(
                label=_label_of(variant, service, locale=locale),
                max_value=MAX_PEOPLE,
                initial=0 if self.counted else 1,
                error_messages={"required": _("Enter 0 for nobody.")},
            )
            self.counted[name] = variant.pk

    @property
    def people_field(self) -> str:
        """The field beside which is told what is wrong with the number of people."""
        return next(iter(self.counted), "people")

    def clean(self) -> dict[str, Any]:
        """A party of nobody is refused."""
        found = super().clean()
        if self.counted and not self.errors and not any(self.mix.values()):
            self.add_error(self.people_field, _("Say how many people are coming."))
        return found

    @property
    def mix(self) -> dict[int, int]:
        """How many people come under which variant; empty where there is no choice of them."""
        return {pk: self.cleaned_data.get(name) or 0 for name, pk in self.counted.items()}

    @property
    def party_size(self) -> int:
        """How many people come."""
        return sum(self.mix.values()) if self.counted else self.cleaned_data["people"]

    def details(self) -> WaitingDetails:
        """Who comes, cleaned."""
        return WaitingDetails(name=self.cleaned_data["name"], email=self.cleaned_data["email"])


def _label_of(variant: Variant, service: Service, *, locale: str) -> str:
    """ "Adult, $18.00"."""
    if service.price_kind == Service.PriceKind.FREE:
        return variant.name
    price = format_money(service.with_tax(variant.price), service.business.currency, locale)
    return f"{variant.name}, {price}"
