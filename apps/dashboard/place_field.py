"""Where a service happens, for owners with several places."""

from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext as now_in_words
from django.utils.translation import gettext_lazy as _

from apps.businesses.models import Business, Clock, Location
from apps.catalog.models import Service
from apps.catalog.queries import UnknownChoice, place_of
from apps.web.formatting import zone_label

FIELD = "place"


def _name_of(business: Business, place: Location) -> str:
    """ "Porto", or "Porto (Lisbon time)" where another clock hangs than the business's."""
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
            del self.fields[FIELD]
            return
        field = self.fields[FIELD]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = places
            field.label_from_instance = partial(_name_of, business)  # type: ignore[method-assign]

    def check_place(self, service: Service | None) -> None:
        """Say beside the field when the service does not happen there."""
        try:
            if service is not None:
                self.place_for(service)
        except UnknownChoice:
            self.add_error(FIELD, now_in_words("This service is not offered there."))

    def place_for(self, service: Service) -> Location | None:
        """Where it happens, from valid values.

        Raises:
            UnknownChoice: not at the place that was chosen.
        """
        chosen: Any = self.cleaned_data.get(FIELD)
        return place_of(service, chosen.pk if chosen else None)
