"""What owners type about money: syntax and shape only; amounts in main units, as people do."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from apps.availability.engine.zones import day_bounds
from apps.businesses.models import Business
from apps.catalog.models import Service
from apps.checkout.coupons import Kind, plain_code
from apps.checkout.models import Coupon, OrderLine
from apps.checkout.operations import CouponFacts
from apps.dashboard.forms import EARLIEST, LATEST, read_instant
from apps.dashboard.queries.orders import LONGEST_SEARCH, State
from apps.kernel.money import Money
from apps.web.fields import LineField
from apps.web.formatting import format_money
from apps.web.money_field import MoneyField

MOST = Decimal(2_000_000)


class PaidForm(forms.Form):
    """The revision of the booking the page showed."""

    revision = forms.IntegerField(min_value=1, max_value=2_000_000_000)


class UndoPaidForm(forms.Form):
    """Which payment in person was a mistake."""

    payment = forms.IntegerField(min_value=1, max_value=2**62)


class RefundForm(forms.Form):
    """How much goes back, for which lines and besides, and what had gone back when the page was
    made (minor units)."""

    use_required_attribute = False

    amount = MoneyField(label=_("Any other amount"), required=False)
    reason = LineField(
        label=_("Reason"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    seen_refunded = forms.IntegerField(
        min_value=0, max_value=2_000_000_000, widget=forms.HiddenInput
    )

    def __init__(
        self, *args: Any, currency: str, locale: str, lines: Sequence[OrderLine], **kwargs: Any
    ) -> None:
        super().__init__(*args, auto_id="refund-%s", **kwargs)  # type: ignore[misc]
        amount: Any = self.fields["amount"]
        amount.currency = currency
        self.left = {line.pk: line.left for line in lines if line.left > 0}
        self.words = {pk: format_money(left, currency, locale) for pk, left in self.left.items()}
        for line in lines:
            if line.pk in self.left:
                hint = _("At most %(left)s") % {"left": self.words[line.pk]}
                self.fields[f"line_{line.pk}"] = MoneyField(
                    label=line.name, help_text=hint, required=False, currency=currency
                )
        self.order_fields([*(f"line_{pk}" for pk in self.left), "amount"])

    def clean(self) -> dict[str, Any]:
        """Check each line, and that anything goes back at all."""
        found = super().clean() or {}
        for pk, part in self.lines.items():
            if part > self.left[pk]:
                words = _("At most %(left)s of this can go back.") % {"left": self.words[pk]}
                self.add_error(f"line_{pk}", words)
        if not self.errors and not self.total:
            self.add_error("amount", _("Enter how much goes back."))
        return found

    @property
    def lines(self) -> dict[int, int]:
        """What goes back for each line, by its id, as far as it was understood."""
        found = {pk: self.cleaned_data.get(f"line_{pk}") for pk in self.left}
        return {pk: part for pk, part in found.items() if part}

    @property
    def besides(self) -> int:
        """What goes back for no line."""
        return self.cleaned_data.get("amount") or 0

    @property
    def total(self) -> int:
        """All that goes back."""
        return self.besides + sum(self.lines.values())


class ResolveForm(forms.Form):
    """Which way out of an overlap, for which side, and to which of the offered times (UTC)."""

    verb = forms.ChoiceField(choices=[(it, it) for it in ("move", "cancel", "keep")])
    side = forms.CharField(max_length=8, required=False)
    time = forms.CharField(max_length=25, required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("verb") == "move":
            found["time"] = read_instant(found.get("time", ""))
        return found


class KeepForm(forms.Form):
    """Why two bookings at one time are right as they are."""

    use_required_attribute = False

    reason = LineField(
        label=_("Reason"),
        max_length=250,
        error_messages={"required": _("Say why both stay.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="keep-%s", **kwargs)  # type: ignore[misc]


PERCENT, HUNDRED = "PERCENT", Decimal(100)


def read_worth(kind: str, value: Decimal, business: Business) -> int:
    """Basis points of a share, minor units of an amount.

    Raises:
        ValidationError: more than all of it, or more decimals than there are.
    """
    if kind == PERCENT:
        points = value * 100
        if value > HUNDRED or points != points.to_integral_value():
            raise forms.ValidationError({"value": _("Enter at most 100 per cent.")})
        return int(points)
    try:
        return Money.from_decimal(value, business.currency).amount
    except ValueError as wrong:
        words = _("Enter an amount with fewer decimals.")
        raise forms.ValidationError({"value": words}) from wrong


def end_of(day: date | None, business: Business) -> datetime | None:
    """The end (UTC) of a day of the business; None for none."""
    if day is None:
        return None
    return datetime.fromtimestamp(day_bounds(business.zone, day)[1], UTC)


class CouponForm(forms.Form):
    """A code, what it takes off, from when until when, and how often."""

    use_required_attribute = False

    name = LineField(
        label=_("What it is for"), max_length=80, error_messages={"required": _("Give it a name.")}
    )
    code = LineField(
        label=_("Code"),
        max_length=20,
        help_text=_("Letters and digits, as customers type it."),
        error_messages={"required": _("Enter a code.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    kind = forms.ChoiceField(label=_("It gives"), choices=Coupon.Kind.choices)
    value = forms.DecimalField(
        label=_("How much"),
        help_text=_("Per cent, or an amount of your currency."),
        min_value=Decimal("0.001"),
        max_value=MOST,
        max_digits=15,
        error_messages={"required": _("Enter how much."), "invalid": _("Enter a number like 10.")},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    services = forms.TypedMultipleChoiceField(
        label=_("Only for"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter a date.")},
        validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)],
    )
    max_uses = forms.IntegerField(
        label=_("Uses in all"), required=False, min_value=1, max_value=1_000_000
    )
    max_per_customer = forms.IntegerField(
        label=_("Uses for each customer"),
        required=False,
        min_value=1,
        max_value=1000,
        initial=1,
    )

    def __init__(self, *args: Any, business: Business, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="coupon-%s", **kwargs)  # type: ignore[misc]
        self.business = business
        offered = Service.objects.filter(business=business, retired_at=None)
        choices = list(offered.values_list("pk", "name"))
        self.fields["services"].choices = choices  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        code = plain_code(self.cleaned_data["code"])
        if not (code.isascii() and code.isalnum()):
            raise forms.ValidationError(_("Use letters and digits only."))
        return code

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if "value" in found and "kind" in found:
            found["value"] = read_worth(found["kind"], found["value"], self.business)
        return found

    def facts(self, *, now: datetime) -> CouponFacts:
        """What was said, from now on until the end of the last day of the business."""
        found = self.cleaned_data
        ends_at = end_of(found["ends_on"], self.business)
        return CouponFacts(
            name=found["name"],
            code=found["code"],
            kind=Kind(found["kind"]),
            value=found["value"],
            starts_at=now,
            ends_at=ends_at,
            service_ids=tuple(found["services"]),
            max_uses=found["max_uses"],
            max_per_customer=found["max_per_customer"],
        )


class OrdersForm(forms.Form):
    """What the list of orders is asked for; what is not a value is left out."""

    q = LineField(required=False, max_length=LONGEST_SEARCH)
    state = forms.TypedChoiceField(
        required=False, choices=[(it.value, it.value) for it in State], coerce=State
    )
    before = forms.IntegerField(required=False, min_value=1, max_value=2**62)

    def asked(self) -> tuple[State, str, int | None]:
        """Return the state, the words that are searched for, and where the page begins."""
        self.is_valid()
        found = self.cleaned_data
        return State(found.get("state") or State.ALL), found.get("q") or "", found.get("before")
