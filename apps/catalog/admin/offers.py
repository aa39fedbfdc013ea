from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.businesses.forms import TenantForm
from apps.catalog.models import (
    AddOn,
    AddOnGroup,
    Category,
    FormerServiceSlug,
    Service,
    ServiceRequirement,
    Variant,
)
from apps.web.operators import LookOnlyAdmin, LookOnlyInline, OperatorAdmin


class VariantInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Variant
    form = TenantForm
    extra = 0


class AddOnInline(admin.TabularInline):  # type: ignore[type-arg]
    model = AddOn
    form = TenantForm
    extra = 0
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


@admin.register(Service)
class ServiceAdmin(OperatorAdmin):
    """Prices are the catalog's; what was booked keeps the price it was sealed with."""

    form = TenantForm
    list_display = ["name", "business", "category", "kind", "hidden", "retired_at"]
    list_select_related = ["business", "category"]
    autocomplete_fields = ["business"]
    raw_id_fields = ["category", "policy", "form", "locations"]
    search_fields = ["name"]
    search_help_text = _("Part of the name")
    inlines = [VariantInline, RequirementInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Service | None = None) -> list[str]:
        """Bookings point at a service of a kind at an address of a business: those stay."""
        return ["revision", *(["business", "kind", "slug"] if obj else [])]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        obj.revision += int(change)
        super().save_model(request, obj, form, change)


@admin.register(FormerServiceSlug)
class FormerServiceSlugAdmin(LookOnlyAdmin):
    list_display = ["slug", "service", "business"]
    list_select_related = ["service", "business"]


@admin.register(Variant)
class VariantAdmin(OperatorAdmin):
    form = TenantForm
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
