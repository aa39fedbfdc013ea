"""What owners type about plans: syntax and shape only; the terms are judged when it is done."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.businesses.models import Business
from apps.catalog.models import PricingPlan, Service
from apps.catalog.operations import PlanFacts
from apps.catalog.operations.pricing_plans import Wrong, barred_from_plans
from apps.catalog.payment_problems import limit_words
from apps.dashboard.setup.forms.service_settings import FieldGroup, TaxField, warn_beside
from apps.prepaid.queries.plan_offer import plan_out_of_reach
from apps.web.fields import LineField, PlainNumberField, WholeNumberField
from apps.web.form_keys import KeyedForm
from apps.web.number_fields import MoneyField, speak

Kind = PricingPlan.Kind
WORDS = {
    Wrong.VISITS_MISSING: ("credits", _("Enter the number of visits.")),
    Wrong.COUNTS_NOTHING: (
        "credits",
        _("An unlimited plan does not count visits: leave this empty."),
    ),
    Wrong.PERIOD_MISSING: ("period_months", _("Enter the number of months per payment.")),
    Wrong.NO_PERIOD: ("period_months", _("A pass is paid once: leave this empty.")),
    Wrong.TOO_SHORT: ("valid_days", _("A pass is valid for at least 7 days.")),
    Wrong.ENDS_WITH_PERIOD: (
        "valid_days",
        _("A membership is valid for the months paid: leave this empty."),
    ),
    Wrong.NOTHING_COVERED: ("services", _("Choose what it covers.")),
    Wrong.NOT_COVERED: ("services", _("One of these can no longer be paid with a plan.")),
}
"""Beside which field a refusal is said, and how."""
UNUSED = {
    Kind.PACKAGE: ("period_months",),
    Kind.CREDITS: ("valid_days",),
    Kind.UNLIMITED: ("credits", "valid_days"),
}
"""What a plan of a kind does not have."""


class PlanForm(KeyedForm):
    """What a plan is called, costs, gives and pays for; its kind is asked for a new one only."""

    use_required_attribute = False

    revision = PlainNumberField(min_value=1, max_value=2_000_000_000, widget=forms.HiddenInput)
    name = LineField(
        label=_("Name"), max_length=80, error_messages={"required": _("Enter a name.")}
    )
    summary = LineField(label=_("Short description"), max_length=200, required=False)
    kind = forms.ChoiceField(
        label=_("Type"),
        choices=Kind.choices,
        initial=Kind.PACKAGE,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a type.")},
    )
    credits = WholeNumberField(
        label=_("Visits"),
        min_value=1,
        max_value=1000,
        help_text=_("In total, or per period. A guest who comes along uses one too."),
        error_messages={"required": WORDS[Wrong.VISITS_MISSING][1]},
    )
    valid_days = WholeNumberField(
        label=_("Valid for how many days"),
        required=False,
        min_value=1,
        max_value=3660,
        help_text=_("At least 7. Leave empty if it never expires."),
    )
    period_months = WholeNumberField(
        label=_("Months per payment"),
        min_value=1,
        max_value=12,
        help_text=_("1 to 12."),
        error_messages={"required": WORDS[Wrong.PERIOD_MISSING][1]},
    )
    price = MoneyField(min_value=Decimal(0), error_messages={"required": _("Enter the price.")})
    tax_rate = TaxField(label=_("Tax rate (%)"))
    services = forms.TypedMultipleChoiceField(
        label=_("Services it covers"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose what it covers.")},
    )
    max_per_customer = WholeNumberField(
        label=_("Limit per customer"),
        required=False,
        min_value=1,
        max_value=1000,
        help_text=_("How many a customer can buy online. You can always sell more at the desk."),
    )
    hidden = forms.BooleanField(
        label=_("Only sell at the desk"),
        required=False,
        help_text=_("Not shown on your booking page."),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        business: Business,
        plan: PricingPlan | None = None,
        keeps: bool = False,
    ) -> None:
        """keeps: the page grew old; what was typed stays, under the revision that is stored."""
        self.business, self.plan = business, plan
        if keeps and plan is not None:
            data = data.copy()
            data["revision"] = str(plan.revision)
        initial = initial_for(plan) if plan else {"tax_rate": 0}
        super().__init__(data, auto_id="plan-%s", initial=initial)
        speak(self, locale=business.locale, currency=business.currency)
        self.fields["price"].label = _("Price in %(currency)s") % {"currency": business.currency}
        self.fields["tax_rate"].help_text = (
            _("Included in the price.") if business.prices_include_tax else _("Added to the price.")
        )
        self._say_what_is_covered()
        for name in ("key", "kind", *UNUSED[Kind(plan.kind)]) if plan else ("revision",):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Mistakes in fields that a plan of the chosen kind does not have are no mistakes."""
        found = super().clean() or {}
        kind = found.get("kind")
        for name in set(UNUSED[Kind(kind)]) & self.errors.keys() if kind else ():
            del self.errors[name]
        return found

    def facts(self) -> PlanFacts:
        """What valid values say; what is not asked for this kind is None."""
        found = self.cleaned_data
        unused = UNUSED[Kind(self.chosen_kind)]
        terms: dict[str, Any] = {
            name: None if name in unused else found[name]
            for name in ("credits", "valid_days", "period_months")
        }
        names = ("name", "summary", "price", "tax_rate", "max_per_customer", "hidden")
        given: dict[str, Any] = {name: found[name] for name in names}
        return PlanFacts(**given, **terms, service_ids=tuple(found["services"]))

    @property
    def chosen_kind(self) -> str:
        """What the plan is, or is to be; of valid values."""
        return self.plan.kind if self.plan else str(self.cleaned_data["kind"])

    def add_operation_errors(self, wrong: Sequence[Wrong]) -> None:
        """Put what an operation refused beside the fields."""
        for it in wrong:
            name, words = WORDS[it]
            self.add_error(name if name in self.fields else None, words)

    def warn(self) -> None:
        """Say beside the price when it cannot be paid on the page; the desk sells it all the
        same."""
        said = self._price_said()
        it = plan_out_of_reach(**said, business=self.business) if said else None
        if it is not None:
            words = _("It will not be sold online, only at the desk.")
            limit = limit_words(it, business=self.business)
            warn_beside(self.fields["price"], f"{limit} {words}")

    def _price_said(self) -> dict[str, Any]:
        """Price, tax and whether it is hidden, as they stand in the form; empty unless all are
        values."""
        names = ("price", "tax_rate", "hidden")
        if not self.is_bound:
            return {name: getattr(self.plan, name) for name in names} if self.plan else {}
        self.is_valid()
        said = {name: self.cleaned_data.get(name) for name in names}
        return {} if None in said.values() else said

    def groups(self) -> list[FieldGroup]:
        """The fields as the page shows them; only is the kind of plan they are for."""
        apart = {"credits": "counted", "valid_days": "package", "period_months": "membership"}
        shown = [name for name in self.fields if name != "revision"]
        return [FieldGroup("", (self[name],), apart.get(name, "")) for name in shown]

    def _say_what_is_covered(self) -> None:
        """Services that no plan pays for are no choice, and the field says why."""
        choices, barred = [], []
        offered = Service.objects.filter(business=self.business, retired_at=None)
        for service in offered.order_by("name", "pk"):
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
            words = _(
                "Courses, and services you approve first, cannot be paid with plans: %(names)s."
            )
            field.help_text = words % {"names": ", ".join(barred)}


def initial_for(plan: PricingPlan) -> dict[str, Any]:
    """A plan as its form begins."""
    names = [it for it in PlanForm.base_fields if it not in ("key", "kind", "services")]
    return {
        **{name: getattr(plan, name) for name in names},
        "services": [service.pk for service in plan.services.all()],
    }
