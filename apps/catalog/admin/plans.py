"""Plans on offer, for operators: to look at, because an owner's page keeps their terms right."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import PricingPlan
from apps.web.operators import LookOnlyAdmin


@admin.register(PricingPlan)
class PricingPlanAdmin(LookOnlyAdmin):
    list_display = ["name", "business", "kind", "price", "credits", "hidden", "retired_at"]
    list_select_related = ["business"]
    search_fields = ["name"]
    search_help_text = _("Part of the name")
