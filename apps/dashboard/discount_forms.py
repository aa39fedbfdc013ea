"""What owners type about a discount: syntax and shape only."""

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from apps.availability.engine.zones import day_bounds
from apps.businesses.models import Business
from apps.catalog.models import Service
from apps.checkout.coupons import Kind
from apps.checkout.models import Discount
from apps.checkout.operations import DiscountFacts
from apps.dashboard.forms import EARLIEST, LATEST
from apps.dashboard.money_forms import end_of, read_worth
from apps.web.fields import LineField
from apps.web.money_field import MOST, MoneyField


def _day_field(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter a date.")},
        validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)],
    )


class DiscountForm(forms.Form):
    """What is taken off, for which services, from when until when, and from how much or how many
    people on."""

    use_required_attribute = False

    name = LineField(
        label=_("Name"),
        max_length=80,
        help_text=_("Customers read it on the bill, like “Autumn offer”."),
        error_messages={"required": _("Give it a name.")},
    )
    kind = forms.ChoiceField(label=_("It gives"), choices=Discount.Kind.choices)
    value = forms.DecimalField(
        label=_("How much"),
        help_text=_("Per cent, or an amount of your currency."),
        min_value=0,
        max_value=MOST,
        max_digits=15,
        error_messages={"required": _("Enter how much."), "invalid": _("Enter a number like 10.")},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    services = forms.TypedMultipleChoiceField(
        label=_("Only for"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    min_subtotal = MoneyField(label=_("From which price on"), required=False)
    min_people = forms.IntegerField(
        label=_("From how many people on"), required=False, min_value=1, max_value=1000
    )
    starts_on = _day_field(_("First day"))
    ends_on = _day_field(_("Last day"))

    def __init__(self, *args: Any, business: Business, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="discount-%s", **kwargs)  # type: ignore[misc]
        self.business = business
        offered = Service.objects.filter(business=business, retired_at=None)
        services: Any = self.fields["services"]
        services.choices = list(offered.values_list("pk", "name"))
        least: Any = self.fields["min_subtotal"]
        least.currency = business.currency

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if "value" in found and "kind" in found:
            found["value"] = read_worth(found["kind"], found["value"], self.business)
            if not found["value"] and found["kind"] != Kind.FIXED_PRICE:
                self.add_error("value", _("Enter how much."))
        first, last = found.get("starts_on"), found.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("Enter a day after the first one."))
        return found

    def facts(self, *, now: datetime) -> DiscountFacts:
        """What was said, from now on or the first day until the end of the last one, in days of the
        business."""
        found = self.cleaned_data
        starts_at = max(now, self._start_of(found["starts_on"]) or now)
        ends_at = end_of(found["ends_on"], self.business)
        return DiscountFacts(
            name=found["name"],
            kind=Kind(found["kind"]),
            value=found["value"],
            starts_at=starts_at,
            ends_at=None if ends_at is None else max(starts_at, ends_at),
            service_ids=tuple(found["services"]),
            min_subtotal=found["min_subtotal"] or 0,
            min_people=found["min_people"] or 1,
        )

    def _start_of(self, day: date | None) -> datetime | None:
        if day is None:
            return None
        return datetime.fromtimestamp(day_bounds(self.business.zone, day)[0], UTC)
