from django.contrib import admin

from apps.businesses.forms import TenantForm
from apps.catalog.models import ResourceType, ServiceRequirement, StaffMember
from apps.web.operators import OperatorAdmin


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
