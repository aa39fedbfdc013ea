from django.contrib import admin
from django.http import HttpRequest

from apps.businesses.forms import TenantForm
from apps.catalog.models import Resource, ResourceType, ServiceRequirement, StaffMember
from apps.web.operators import OperatorAdmin


@admin.register(ResourceType)
class ResourceTypeAdmin(OperatorAdmin):
    form = TenantForm
    list_display = ["name", "business", "is_staff"]
    list_select_related = ["business"]
    autocomplete_fields = ["business"]
    search_fields = ["name"]


@admin.register(Resource)
class ResourceAdmin(OperatorAdmin):
    form = TenantForm
    list_display = ["name", "type", "business", "rank", "active"]
    list_select_related = ["type", "business"]
    autocomplete_fields = ["business"]
    raw_id_fields = ["type", "location"]
    search_fields = ["name"]

    def get_readonly_fields(self, request: HttpRequest, obj: Resource | None = None) -> list[str]:
        """Its minutes are counted for its business and type."""
        return ["business", "type"] if obj else []


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
