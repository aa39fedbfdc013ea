"""Somebody the team puts into a class: what the owner types, syntax and shape only."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Service, Variant
from apps.dashboard.classes.forms.classes import FormWithNumbers
from apps.waitlists.operations import WaitingDetails
from apps.web.fields import AddressField, AsksAboutSlips, LineField, WholeNumberField
from apps.web.form_keys import KeyedForm
from apps.web.formatting import format_money
from apps.web.number_fields import speak

MOST_PEOPLE = 99


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
    people = WholeNumberField(label=_("People"), min_value=1, max_value=MOST_PEOPLE, initial=1)

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
                max_value=MOST_PEOPLE,
                initial=0 if self.counted else 1,
                error_messages={"required": _("Enter 0 for nobody.")},
            )
            self.counted[name] = variant.pk

    @property
    def people_field(self) -> str:
        """The field beside which is told what is wrong with the number of people."""
        return next(iter(self.counted), "people")

    def clean(self) -> dict[str, Any]:
        """Nobody is no party."""
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
