"""What owners type about a code or a discount: syntax and shape only."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from apps.availability.engine.zones import day_bounds
from apps.businesses.models import Business
from apps.catalog.models import Service
from apps.checkout.models import Coupon, Discount
from apps.checkout.operations import CouponFacts, DiscountFacts
from apps.checkout.promotions import PromotionKind, plain_code
from apps.dashboard.frame.forms import EARLIEST, LATEST
from apps.kernel.money import Money
from apps.web.fields import LineField, WholeNumberField
from apps.web.form_keys import KeyedForm
from apps.web.number_fields import MoneyField, NumberField, speak

HUNDRED = Decimal(100)


def _day_field(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter a date.")},
        validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)],
    )


class PromotionForm(KeyedForm):
    """What is taken off, for which services, from which price on, from when until when."""

    use_required_attribute = False

    value = NumberField(
        label=_("Amount"),
        help_text=_("Percent or amount"),
        error_messages={"required": _("Enter an amount.")},
    )
    services = forms.TypedMultipleChoiceField(
        label=_("Only for"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    min_subtotal = MoneyField(label=_("Minimum price"), required=False)
    starts_on = _day_field(_("First day"))
    ends_on = _day_field(_("Last day"))

    def __init__(self, *args: Any, business: Business, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.business = business
        offered = Service.objects.filter(business=business, retired_at=None)
        services: Any = self.fields["services"]
        services.choices = list(offered.values_list("pk", "name"))
        speak(self, locale=business.locale, currency=business.currency)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if "value" in found and "kind" in found:
            found["value"] = _read_worth(found["kind"], found["value"], self.business)
            if not found["value"] and not self.may_be_nothing(found["kind"]):
                self.add_error("value", _("Enter an amount."))
        first, last = found.get("starts_on"), found.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("Choose a day after the first day."))
        return found

    def may_be_nothing(self, kind: str) -> bool:
        """Whether a value of 0 means something: a fixed price of nothing."""
        return kind == PromotionKind.FIXED_PRICE

    def span(self, *, now: datetime) -> tuple[datetime, datetime | None]:
        """From now on or the first day until the end of the last one (UTC), in days of the
        business; None is no end."""
        first, last = (self._edges(self.cleaned_data[it]) for it in ("starts_on", "ends_on"))
        starts_at = max(now, first[0]) if first else now
        return starts_at, max(starts_at, last[1]) if last else None

    def _edges(self, day: date | None) -> tuple[datetime, datetime] | None:
        if day is None:
            return None
        low, high = day_bounds(self.business.zone, day)
        return datetime.fromtimestamp(low, UTC), datetime.fromtimestamp(high, UTC)


class DiscountForm(PromotionForm):
    """A discount applies by itself, for some from a number of people on."""

    name = LineField(
        label=_("Name"),
        max_length=80,
        help_text=_("Customers see this on the bill, for example “Autumn offer”."),
        error_messages={"required": _("Enter a name.")},
    )
    kind = forms.ChoiceField(label=_("Discount"), choices=Discount.Kind.choices)
    min_people = WholeNumberField(
        label=_("Minimum number of people"), required=False, min_value=1, max_value=1000
    )
    field_order = (
        *("name", "kind", "value", "services", "min_subtotal", "min_people"),
        *("starts_on", "ends_on"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="discount-%s", **kwargs)

    def facts(self, *, now: datetime) -> DiscountFacts:
        """What was said."""
        found = self.cleaned_data
        starts_at, ends_at = self.span(now=now)
        return DiscountFacts(
            name=found["name"],
            kind=PromotionKind(found["kind"]),
            value=found["value"],
            starts_at=starts_at,
            ends_at=ends_at,
            service_ids=tuple(found["services"]),
            min_subtotal=found["min_subtotal"] or 0,
            min_people=found["min_people"] or 1,
        )


class CouponForm(PromotionForm):
    """A code that has to be typed, and how often it may be."""

    name = LineField(
        label=_("Name"), max_length=80, error_messages={"required": _("Enter a name.")}
    )
    code = LineField(
        label=_("Code"),
        max_length=20,
        help_text=_("Letters and digits, as customers will type it."),
        error_messages={"required": _("Enter a code.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    kind = forms.ChoiceField(label=_("Discount"), choices=Coupon.Kind.choices)
    max_uses = WholeNumberField(
        label=_("Total uses"), required=False, min_value=1, max_value=1_000_000
    )
    max_per_customer = WholeNumberField(
        label=_("Uses per customer"),
        required=False,
        min_value=1,
        max_value=1000,
        initial=1,
    )
    covers_plans = forms.BooleanField(
        label=_("Also for plans; for a membership, the first period"), required=False
    )
    field_order = (
        *("name", "code", "kind", "value", "services", "covers_plans", "min_subtotal"),
        *("starts_on", "ends_on", "max_uses", "max_per_customer"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="coupon-%s", **kwargs)

    def clean_code(self) -> str:
        code = plain_code(self.cleaned_data["code"])
        if not (code.isascii() and code.isalnum()):
            raise forms.ValidationError(_("Use letters and digits only."))
        return code

    def may_be_nothing(self, kind: str) -> bool:
        """Never: a price of nothing is a discount, not a secret."""
        del kind
        return False

    def facts(self, *, now: datetime) -> CouponFacts:
        """What was said."""
        found = self.cleaned_data
        starts_at, ends_at = self.span(now=now)
        return CouponFacts(
            name=found["name"],
            code=found["code"],
            kind=PromotionKind(found["kind"]),
            value=found["value"],
            starts_at=starts_at,
            ends_at=ends_at,
            service_ids=tuple(found["services"]),
            min_subtotal=found["min_subtotal"] or 0,
            max_uses=found["max_uses"],
            max_per_customer=found["max_per_customer"],
            covers_plans=found["covers_plans"],
        )


def _read_worth(kind: str, value: Decimal, business: Business) -> int:
    """Basis points of a share, minor units of an amount.

    Raises:
        ValidationError: more than all of it, or more decimals than there are.
    """
    if kind == PromotionKind.PERCENT:
        points = value * 100
        if value > HUNDRED or points != points.to_integral_value():
            raise forms.ValidationError({"value": _("Enter 100 percent or less.")})
        return int(points)
    try:
        return Money.from_decimal(value, business.currency).amount
    except ValueError as wrong:
        words = _("Enter an amount with fewer decimals.")
        raise forms.ValidationError({"value": words}) from wrong
