"""What owners type about plans: syntax and shape only; the terms are judged when it is done."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from apps.businesses.models import Business
from apps.catalog.models import PricingPlan, Service
from apps.catalog.operations import PlanFacts
from apps.catalog.plan_terms import Wrong, barred_from_plans
from apps.dashboard.money_forms import MOST
from apps.kernel.money import Money, exponent
from apps.web.fields import LineField

MOST_TAX = Decimal(50)
Kind = PricingPlan.Kind
WORDS = {
    Wrong.VISITS_MISSING: ("credits", _("Enter how many visits one gets.")),
    Wrong.COUNTS_NOTHING: ("credits", _("An unlimited plan counts nothing: leave this empty.")),
    Wrong.PERIOD_MISSING: ("period_months", _("Enter for how many months it is paid at a time.")),
    Wrong.NO_PERIOD: ("period_months", _("A package is paid once: leave this empty.")),
    Wrong.TOO_SHORT: ("valid_days", _("A package is good for 7 days at least.")),
    Wrong.ENDS_WITH_PERIOD: (
        "valid_days",
        _("A membership is good for the months it is paid for: leave this empty."),
    ),
    Wrong.NOTHING_COVERED: ("services", _("Choose what it pays for.")),
    Wrong.NOT_COVERED: ("services", _("One of these cannot be paid with a plan any more.")),
}


def main_units(label: Any, **more: Any) -> forms.DecimalField:
    """An amount as people type it: "12.50"."""
    words = {"required": _("Enter an amount."), "invalid": _("Enter an amount like 12.50.")}
    return forms.DecimalField(
        label=label,
        max_value=MOST,
        max_digits=15,
        error_messages=words,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        **more,
    )


def to_minor(amount: Decimal, currency: str) -> int:
    """The same in minor units.

    Raises:
        ValidationError: it has more decimals than the currency.
    """
    try:
        return Money.from_decimal(amount, currency).amount
    except ValueError as wrong:
        words = _("Enter an amount with at most %(digits)d decimals.")
        raise forms.ValidationError(words % {"digits": exponent(currency)}) from wrong


class PlanForm(forms.Form):
    """What a plan is called, costs, gives and pays for; ``kind`` is asked for a new one only."""

    use_required_attribute = False

    name = LineField(
        label=_("Name"), max_length=80, error_messages={"required": _("Give it a name.")}
    )
    summary = LineField(label=_("One line about it"), max_length=200, required=False)
    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=Kind.choices,
        initial=Kind.PACKAGE,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is.")},
    )
    price = main_units(_("Price"), min_value=Decimal(0))
    tax_rate = forms.DecimalField(
        label=_("Tax, in per cent"),
        required=False,
        min_value=Decimal(0),
        max_value=MOST_TAX,
        max_digits=4,
        decimal_places=2,
        error_messages={"invalid": _("Enter a number like 19.")},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    credits = forms.IntegerField(
        label=_("Visits"),
        required=False,
        min_value=1,
        max_value=1000,
        help_text=_("For a package in all, for a membership in each period."),
    )
    valid_days = forms.IntegerField(
        label=_("Good for how many days"),
        required=False,
        min_value=1,
        max_value=3660,
        help_text=_("For a package: 7 days at least. Empty is without end."),
    )
    period_months = forms.IntegerField(
        label=_("Months paid at a time"),
        required=False,
        min_value=1,
        max_value=12,
        help_text=_("For a membership: 1 to 12."),
    )
    services = forms.TypedMultipleChoiceField(
        label=_("What it pays for"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose what it pays for.")},
    )
    max_per_customer = forms.IntegerField(
        label=_("Most for one customer"),
        required=False,
        min_value=1,
        max_value=1000,
        help_text=_("How often somebody may buy it online. The desk may sell it any time."),
    )
    hidden = forms.BooleanField(
        label=_("Only sold at the desk"),
        required=False,
        help_text=_("It is not shown on the booking page."),
    )

    def __init__(self, *args: Any, business: Business, kind: str = "", **kwargs: Any) -> None:
        super().__init__(*args, auto_id="plan-%s", **kwargs)  # type: ignore[misc]
        self.business = business
        self.fields["price"].help_text = _price_words(business)
        self.fields["tax_rate"].validators.append(MaxValueValidator(MOST_TAX))
        offered = list(Service.objects.filter(business=business, retired_at=None).order_by("name"))
        self._say_what_is_covered(offered)
        if kind:
            self._fit_kind(kind)

    def _say_what_is_covered(self, offered: Sequence[Service]) -> None:
        """Services that no plan pays for are no choice, and the field says why."""
        choices, barred = [], []
        for service in offered:
            reason = barred_from_plans(
                kind=service.kind, requires_approval=service.requires_approval
            )
            if reason is None:
                choices.append((service.pk, service.name))
            else:
                barred.append(service.name)
        field: Any = self.fields["services"]
        field.choices = choices
        if barred:
            words = _("Courses and what you approve first cannot be paid with a plan: %(names)s.")
            field.help_text = words % {"names": ", ".join(barred)}

    def _fit_kind(self, kind: str) -> None:
        """Ask only what a plan of this kind has."""
        del self.fields["kind"]
        gone = {
            Kind.PACKAGE: ("period_months",),
            Kind.CREDITS: ("valid_days",),
            Kind.UNLIMITED: ("credits", "valid_days"),
        }[Kind(kind)]
        for name in gone:
            del self.fields[name]

    def clean_price(self) -> int:
        """The price in minor units."""
        return to_minor(self.cleaned_data["price"], self.business.currency)

    def clean_tax_rate(self) -> int:
        """Basis points."""
        return int((self.cleaned_data["tax_rate"] or 0) * 100)

    def facts(self) -> PlanFacts:
        """What was said; what is not asked for this kind is None."""
        found = self.cleaned_data
        return PlanFacts(
            name=found["name"],
            summary=found["summary"],
            price=found["price"],
            tax_rate=found["tax_rate"],
            credits=found.get("credits"),
            valid_days=found.get("valid_days"),
            period_months=found.get("period_months"),
            max_per_customer=found["max_per_customer"],
            hidden=found["hidden"],
            service_ids=tuple(found["services"]),
        )

    def blame(self, wrong: Sequence[Wrong]) -> None:
        """Put what an operation refused beside the fields."""
        for it in wrong:
            name, words = WORDS[it]
            self.add_error(name if name in self.fields else None, words)


def said_of(plan: PricingPlan) -> dict[str, Any]:
    """A plan as its form shows it."""
    return {
        "name": plan.name,
        "summary": plan.summary,
        "price": Money(plan.price, plan.business.currency).to_decimal(),
        "tax_rate": f"{plan.tax_rate / 100:g}" if plan.tax_rate else "",
        "credits": plan.credits,
        "valid_days": plan.valid_days,
        "period_months": plan.period_months,
        "services": [service.pk for service in plan.services.all()],
        "max_per_customer": plan.max_per_customer,
        "hidden": plan.hidden,
    }


def _price_words(business: Business) -> str:
    if business.prices_include_tax:
        words = _("In %(currency)s, with tax. For a membership, of one period.")
    else:
        words = _("In %(currency)s, before tax. For a membership, of one period.")
    return words % {"currency": business.currency}
