from typing import Any

from django.contrib import admin
from django.db.models import JSONField
from django.http import HttpRequest

from apps.businesses.forms import TenantForm
from apps.catalog.models import BookingForm, BookingPolicy, Question
from apps.web.fields import PLAIN_NUMBERS
from apps.web.operators import OperatorAdmin, OperatorInline

# Django would write the list twice, the second time as a hidden field that claims to be described.
NUMBERS_AND_LISTS = {**PLAIN_NUMBERS, JSONField: {"show_hidden_initial": False}}


class QuestionInline(OperatorInline, admin.StackedInline):  # type: ignore[type-arg]
    model = Question
    form = TenantForm
    formfield_overrides = NUMBERS_AND_LISTS
    raw_id_fields = ["shown_if"]


@admin.register(BookingPolicy)
class BookingPolicyAdmin(OperatorAdmin):
    """A change counts for new bookings: each keeps the rules it was made under (rule B5)."""

    form = TenantForm
    list_display = ["name", "business", "is_default", "cancel_until_minutes", "horizon_days"]
    list_select_related = ["business"]
    autocomplete_fields = ["business"]
    readonly_fields = ["revision"]
    search_fields = ["name"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        obj.revision += int(change)
        super().save_model(request, obj, form, change)


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
