"""The choice of a time zone, and of what stays when it changes."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.availability.engine.rezoning import Keep
from apps.businesses.models import Clock
from apps.web.fields import LineField
from apps.web.zone_names import ZoneName, find_zones, known_zones

LONGEST = 64


class ZoneSearchForm(forms.Form):
    """A city or a country; what is found is a list to choose from."""

    q = LineField(label=gettext_lazy("City or country"), max_length=LONGEST)

    def __init__(self, *args: Any, locale: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.locale = locale
        self.found: list[ZoneName] = find_zones("", locale=locale)

    def clean_q(self) -> str:
        """The words; error when no zone has them in its name."""
        words = str(self.cleaned_data["q"])
        self.found = find_zones(words, locale=self.locale)
        if not self.found:
            raise forms.ValidationError(
                _("No time zone found for “%(words)s”. Try the nearest big city."),
                params={"words": words},
            )
        return words


class ZoneForm(forms.Form):
    """The zone that was chosen: an IANA name of the pinned tzdata, "" to follow the business."""

    zone = forms.CharField(max_length=LONGEST, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, clock: Clock, is_again: bool = False, **kwargs: Any) -> None:
        """is_again: the whole choice was sent, so that it may have been made a moment ago."""
        super().__init__(*args, **kwargs)
        self.clock, self.is_again = clock, is_again

    def clean_zone(self) -> str:
        """A name that can be taken here; error for any other."""
        name = str(self.cleaned_data["zone"])
        location = self.clock.location
        if name not in known_zones() and not (name == "" and location is not None):
            raise forms.ValidationError(_("Choose a time zone from the list."))
        if name == self.clock.own_name and not self.is_again:
            raise forms.ValidationError(_("It is already in this time zone."))
        return name


class WhatStaysForm(forms.Form):
    """What stays, and what the list showed."""

    keep = forms.ChoiceField(
        label=gettext_lazy("What should stay the same?"),
        choices=[(it.value, it.value) for it in Keep],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what should stay the same.")},
    )
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
