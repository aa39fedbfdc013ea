"""Fields that several forms of owners share: where a service happens, and instants and dates as
pages write them."""

from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext as now_in_words
from django.utils.translation import gettext_lazy as _

from apps.businesses.models import Business, Clock, Location
from apps.catalog.models import Service
from apps.catalog.queries import UnknownChoice, place_of
from apps.web.formatting import zone_label

PLACE = "place"
LONGEST_REASON = 250


def _name_of(business: Business, place: Location) -> str:
    """ "Porto", or "Porto (Lisbon time)" where its clock is not the business's."""
    zone = Clock(business, place).zone
    if zone == business.zone:
        return place.name
    return f"{place.name} ({zone_label(zone.key, locale=business.locale)})"


class FormWithPlace(forms.Form):
    """A form with a service that may happen at several places; asks where if there are any."""

    place = forms.ModelChoiceField(
        label=_("Where"),
        queryset=Location.objects.none(),
        required=False,
        empty_label=_("The service’s first place"),
    )

    def offer_places(self, business: Business, *, told_by_clock: str = "") -> None:
        """Fill the list, or leave the question out where there is only one answer.

        told_by_clock is the field, if any, that is typed by the clock of the place: it says so
        where one of them has another clock than the business.
        """
        places = Location.objects.filter(business=business)
        if told_by_clock and any(Clock(business, it).zone != business.zone for it in places):
            self.fields[told_by_clock].help_text = _("In the place’s time zone.")
        if len(places) < 2:  # noqa: PLR2004 - one place is no choice
            del self.fields[PLACE]
            return
        field = self.fields[PLACE]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = places
            field.label_from_instance = partial(_name_of, business)  # type: ignore[method-assign]

    def check_place(self, service: Service | None) -> None:
        """Say beside the field when the service does not happen there."""
        try:
            if service is not None:
                self.place_for(service)
        except UnknownChoice:
            self.add_error(PLACE, now_in_words("This service is not offered there."))

    def place_for(self, service: Service) -> Location | None:
        """Where it happens, from valid values.

        Raises:
            UnknownChoice: not at the place that was chosen.
        """
        chosen: Any = self.cleaned_data.get(PLACE)
        return place_of(service, chosen.pk if chosen else None)


EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)


def read_instant(value: str) -> datetime:
    """Read back an instant as the pages write it (the filter ``iso``).

    Raises:
        ValidationError: it is none.
    """
    try:
        at = datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as wrong:
        raise forms.ValidationError(_("Choose one of the free times.")) from wrong
    if not EARLIEST <= at.date() <= LATEST:
        raise forms.ValidationError(_("Choose one of the free times."))
    return at
