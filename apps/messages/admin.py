"""The operator's view of mails: read only. Sending again is the outbox's *Retry now*."""

from django.contrib import admin
from django.http import HttpRequest

from apps.messages.models import Message
from apps.web.operators import SeenAdmin


@admin.register(Message)
class MessageAdmin(SeenAdmin):
    list_display = ["kind", "to_address", "subject", "status", "sent_at", "error"]
    list_filter = ["status"]
    search_fields = ["=to_address", "=booking__reference"]
    ordering = ["-id"]
    list_per_page = 50
    show_full_result_count = False
    raw_id_fields = ["booking", "event", "business"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Message | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Message | None = None) -> bool:
        return False
