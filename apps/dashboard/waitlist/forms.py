"""What owners do about those who wait for a time: syntax and shape only."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from apps.bookings.wishes import PARTS, Wish
from apps.bookings.wording import hours_words
from apps.businesses.models import Business
from apps.catalog.models import Service
from apps.catalog.queries import Choice, choose
from apps.dashboard.frame.forms import EARLIEST, LATEST, FormWithPlace, read_instant
from apps.waitlists.operations import WaitingDetails
from apps.web.fields import AddressField, AsksAboutSlips, LineField, VisitAddressField
from apps.web.form_keys import KeyedForm


class WishForm(forms.Form):
    """What to do with somebody who waits for a time; time (UTC) for the verbs that need one."""

    verb = forms.ChoiceField(choices=[(it, it) for it in ("give", "offer", "first", "remove")])
    time = forms.CharField(max_length=25, required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("verb") in {"give", "offer"}:
            found["time"] = read_instant(found.get("time", ""))
        return found


class NewWishForm(KeyedForm, AsksAboutSlips, FormWithPlace):
    """Somebody the team puts on the waitlist for a time."""

    use_required_attribute = False

    service = forms.TypedChoiceField(label=_("Service"), coerce=int)
    first_on = forms.DateField(
        label=_("From"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)],
        error_messages={"required": _("Enter a date."), "invalid": _("Enter a date.")},
    )
    days = forms.TypedChoiceField(
        label=_("For"),
        coerce=int,
        choices=[(1, _("Only that day")), (7, _("A week")), (14, _("Two weeks"))],
    )
    hours = forms.TypedChoiceField(label=_("Time of day"), coerce=int)
    name = LineField(
        label=_("Name"), max_length=120, error_messages={"required": _("Enter a name.")}
    )
    email = AddressField(
        label=_("E-mail"),
        max_length=254,
        error_messages={
            "required": _("Enter an e-mail address: the offer goes there."),
        },
    )

    def __init__(
        self, *args: Any, services: Sequence[Service], business: Business, **kwargs: Any
    ) -> None:
        super().__init__(*args, auto_id="wish-%s", **kwargs)
        self.visits = {it.pk for it in services if it.home_visit}
        if self.visits:
            self.fields["visit_address"] = VisitAddressField(
                label=_("Address"),
                help_text=_("For a visit at the customer’s address."),
                required=False,
            )
        self.fields["service"].choices = [(it.pk, it.name) for it in services]  # type: ignore[attr-defined]
        self.fields["hours"].choices = [  # type: ignore[attr-defined]
            (number, hours_words(*part, locale=business.locale).capitalize())
            for number, part in enumerate(PARTS)
        ]
        self.services = {it.pk: it for it in services}
        self.offer_places(business, told_by_clock="hours")
        self.order_fields(["service", "place"])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        self.check_place(self.services.get(found.get("service", 0)))
        is_asked = found.get("service") in self.visits and not self.has_error("visit_address")
        if is_asked and not found.get("visit_address"):
            self.add_error("visit_address", self.fields["visit_address"].error_messages["required"])
        return found

    def choice(self) -> Choice:
        """What they wait for, and where."""
        service = self.services[self.cleaned_data["service"]]
        place = self.place_for(service)
        return choose(service=service, location_id=place.pk if place else None)

    def wish(self) -> Wish:
        """The days and hours that were chosen."""
        found = self.cleaned_data
        first, last = PARTS[found["hours"]]
        last_on = found["first_on"] + timedelta(days=found["days"] - 1)
        return Wish(found["first_on"], last_on, first, last)

    def details(self) -> WaitingDetails:
        """Who waits, cleaned."""
        found = self.cleaned_data
        return WaitingDetails(
            name=found["name"], email=found["email"], visit_address=found.get("visit_address", "")
        )
