"""The operator's view of the counters: look, and delete one to let somebody go on."""

from django.contrib import admin
from django.http import HttpRequest

from apps.web.models import RateCounter
from apps.web.operators import SeenAdmin


@admin.register(RateCounter)
class RateCounterAdmin(SeenAdmin):
    list_display = ["key_hash", "window_started_at", "count"]
    search_fields = ["=key_hash"]
    ordering = ["-id"]
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: RateCounter | None = None) -> bool:
        return False
