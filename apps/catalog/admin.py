"""What businesses offer, for operators: rows of the catalog may be edited, never deleted."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import JSONField, URLField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.businesses.admin import TenantForm
from apps.businesses.models import Business
from apps.catalog.models import (
    AddOn,
    AddOnGroup,
    BookingForm,
    BookingPolicy,
    Category,
    FormerServiceSlug,
    PricingPlan,
    Question,
    ResourceType,
    Service,
    ServiceRequirement,
    StaffMember,
    Variant,
)
from apps.catalog.payment_problems import PROBLEMS, OutOfReach, find_out_of_reach, reach_words
from apps.catalog.pricing import PaymentProblem, PaymentTerms, PriceKind, payment_problems
from apps.catalog.queries.offered import terms_of
from apps.web.fields import PLAIN_NUMBERS
from apps.web.operators import LookOnlyAdmin, LookOnlyInline, OperatorAdmin, OperatorInline

# Django would write the list twice, the second time as a hidden field that claims to be described.
NUMBERS_AND_LISTS = {**PLAIN_NUMBERS, JSONField: {"show_hidden_initial": False}}
TERMS = (
    *("price_kind", "price", "price_text", "pays_in_person", "pays_online"),
    *("deposit", "any_amount", "full_upfront", "tax_rate"),
)
OF_VARIANTS = {
    PaymentProblem.HAS_VARIANTS,
    PaymentProblem.HAS_NO_VARIANTS,
    PaymentProblem.VARIANTS_ALL_FREE,
}
"""What the rows of variants below the form decide."""


@admin.register(ResourceType)
class ResourceTypeAdmin(OperatorAdmin):
    form = TenantForm
    list_display = ["name", "business", "is_staff"]
    list_select_related = ["business"]
    autocomplete_fields = ["business"]
    search_fields = ["name"]


@admin.register(StaffMember)
class StaffMemberAdmin(OperatorAdmin):
    form = TenantForm
    list_display = ["name", "business", "resource", "user"]
    list_select_related = ["business", "resource", "user"]
    autocomplete_fields = ["business", "user"]
    raw_id_fields = ["resource"]
    search_fields = ["name"]


@admin.register(ServiceRequirement)
class ServiceRequirementAdmin(OperatorAdmin):
    form = TenantForm
    list_display = ["service", "resource_type", "position"]
    list_select_related = ["service", "resource_type"]
    raw_id_fields = ["service", "resource_type", "eligible"]


class QuestionInline(OperatorInline, admin.StackedInline):  # type: ignore[type-arg]
    model = Question
    form = TenantForm
    formfield_overrides = NUMBERS_AND_LISTS
    raw_id_fields = ["shown_if"]


class RevisedAdmin(OperatorAdmin):
    """For rows that count their changes."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        obj.revision += int(change)
        super().save_model(request, obj, form, change)


@admin.register(BookingPolicy)
class BookingPolicyAdmin(RevisedAdmin):
    """A change counts for new bookings: each keeps the rules it was made under (rule B5)."""

    form = TenantForm
    formfield_overrides = NUMBERS_AND_LISTS
    list_display = ["name", "business", "is_default", "cancel_until_minutes", "horizon_days"]
    list_select_related = ["business"]
    autocomplete_fields = ["business"]
    readonly_fields = ["revision"]
    search_fields = ["name"]


@admin.register(BookingForm)
class BookingFormAdmin(OperatorAdmin):
    form = TenantForm
    list_display = ["name", "business", "is_default", "phone_rule"]
    list_select_related = ["business"]
    autocomplete_fields = ["business"]
    search_fields = ["name"]
    inlines = [QuestionInline]


@admin.register(Question)
class QuestionAdmin(OperatorAdmin):
    form = TenantForm
    formfield_overrides = NUMBERS_AND_LISTS
    list_display = ["label", "form", "kind", "required", "sensitive"]
    list_select_related = ["form"]
    raw_id_fields = ["form", "shown_if"]

    def get_readonly_fields(self, request: HttpRequest, obj: Question | None = None) -> list[str]:
        """A kind never changes once there are answers."""
        return ["kind"] if obj and obj.answers.exists() else []


class VariantFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """A price by variant needs variants, one of which costs something."""

    def clean(self) -> None:
        super().clean()
        kind = PriceKind(self.instance.price_kind)
        kept = [it.cleaned_data for it in self.forms if getattr(it, "cleaned_data", None)]
        rows = [it for it in kept if not it.get("DELETE")]
        prices = {index: it.get("price") or 0 for index, it in enumerate(rows)}
        terms = PaymentTerms(price_kind=kind, variant_prices=prices, pays_in_person=True)
        found = payment_problems(terms, requires_approval=False, can_authorize=True)
        wrong = [it for it in found if it in OF_VARIANTS and kind is PriceKind.VARIED]
        if wrong:
            raise forms.ValidationError([str(PROBLEMS[it][1]) for it in wrong])
        if prices and kind in {PriceKind.VARIED, PriceKind.FIXED}:
            _require_reach(self.instance, prices)


def _require_reach(service: Service, prices: Mapping[int, int]) -> None:
    """Refuse prices of variants that nobody could pay, because online is the only way.

    Raises:
        ValidationError: there are some.
    """
    terms = replace(terms_of(service, prices), price_kind=PriceKind.VARIED)
    found = find_out_of_reach(terms, business=service.business)
    wrong = [reach_words(it, business=service.business) for it in found if it.is_only_way]
    if wrong:
        raise forms.ValidationError(list(dict.fromkeys(wrong)))


class VariantInline(OperatorInline, admin.TabularInline):  # type: ignore[type-arg]
    model = Variant
    form = TenantForm
    formset = VariantFormSet
    formfield_overrides = PLAIN_NUMBERS


class AddOnInline(OperatorInline, admin.TabularInline):  # type: ignore[type-arg]
    model = AddOn
    form = TenantForm
    formfield_overrides = PLAIN_NUMBERS
    can_delete = False


class RequirementInline(LookOnlyInline):
    model = ServiceRequirement
    fields = ["resource_type", "position"]
    show_change_link = True


@admin.register(Category)
class CategoryAdmin(OperatorAdmin):
    form = TenantForm
    list_display = ["name", "business", "position"]
    list_select_related = ["business"]
    autocomplete_fields = ["business"]
    search_fields = ["name"]


class ServiceForm(TenantForm):
    """Refuses what the owners' own page refuses, beside the same fields. Variants stand below."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        terms = PaymentTerms(**{name: self._said(name) for name in TERMS})
        found = payment_problems(
            terms, requires_approval=bool(self._said("requires_approval")), can_authorize=True
        )
        business = cleaned.get("business") or getattr(self.instance, "business", None)
        place = {"place": business.place_word if business else ""}
        for problem in found if not self.errors else ():
            name, words = PROBLEMS[problem]
            if problem not in OF_VARIANTS:
                self.add_error(name if name in self.fields else None, str(words) % place)
        if business and not self.errors and terms.price_kind is not PriceKind.VARIED:
            for it in find_out_of_reach(terms, business=business):
                self._refuse_amount(it, business)
        return cleaned

    def _refuse_amount(self, it: OutOfReach, business: Business) -> None:
        if it.is_only_way and isinstance(it.of, str):
            self.add_error(it.of, reach_words(it, business=business))

    def _said(self, name: str) -> Any:
        value = self.cleaned_data.get(name, getattr(self.instance, name))
        if name != "price_kind":
            return value
        has_variants = self.instance.pk is not None and self.instance.variants.exists()
        is_fixed = PriceKind(value) is PriceKind.FIXED
        return PriceKind.VARIED if has_variants and is_fixed else PriceKind(value)


@admin.register(Service)
class ServiceAdmin(RevisedAdmin):
    """Prices are the catalog's; what was booked keeps the price it was sealed with."""

    form = ServiceForm
    list_display = ["name", "business", "category", "kind", "hidden", "retired_at"]
    list_select_related = ["business", "category"]
    autocomplete_fields = ["business"]
    raw_id_fields = ["category", "policy", "form", "locations"]
    search_fields = ["name"]
    search_help_text = _("Part of the name")
    inlines = [VariantInline, RequirementInline]
    formfield_overrides = {**PLAIN_NUMBERS, URLField: {"assume_scheme": "https"}}

    def get_readonly_fields(self, request: HttpRequest, obj: Service | None = None) -> list[str]:
        """Bookings point at a service of a kind at an address of a business: those stay."""
        return ["revision", *(["business", "kind", "slug"] if obj else [])]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        """Say what will not be offered online: the provider does not take it."""
        super().save_related(request, form, formsets, change)
        service = form.instance
        found = find_out_of_reach(terms_of(service), business=service.business)
        for words in dict.fromkeys(reach_words(it, business=service.business) for it in found):
            messages.warning(request, words)


@admin.register(FormerServiceSlug)
class FormerServiceSlugAdmin(LookOnlyAdmin):
    list_display = ["slug", "service", "business"]
    list_select_related = ["service", "business"]


class VariantForm(TenantForm):
    """A price by itself is held to what the service it belongs to is held to."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        service = cleaned.get("service")
        if service is not None and not self.errors:
            prices = terms_of(service).variant_prices
            _require_reach(service, {**prices, self.instance.pk or 0: cleaned.get("price") or 0})
        return cleaned


@admin.register(Variant)
class VariantAdmin(OperatorAdmin):
    form = VariantForm
    list_display = ["name", "service", "price", "duration_minutes"]
    list_select_related = ["service"]
    raw_id_fields = ["service"]


@admin.register(AddOnGroup)
class AddOnGroupAdmin(OperatorAdmin):
    form = TenantForm
    list_display = ["name", "service", "max_add_ons"]
    list_select_related = ["service"]
    raw_id_fields = ["service"]
    inlines = [AddOnInline]


@admin.register(AddOn)
class AddOnAdmin(OperatorAdmin):
    form = TenantForm
    list_display = ["name", "group", "price", "duration_minutes", "active"]
    list_select_related = ["group"]
    raw_id_fields = ["group"]


@admin.register(PricingPlan)
class PricingPlanAdmin(LookOnlyAdmin):
    list_display = ["name", "business", "kind", "price", "credits", "hidden", "retired_at"]
    list_select_related = ["business"]
    search_fields = ["name"]
    search_help_text = _("Part of the name")
