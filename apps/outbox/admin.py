"""The operator's view of the outbox: read everything, retry or cancel, edit nothing."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.outbox import operations
from apps.outbox.models import OutboxItem
from apps.web.operators import SeenAdmin


class StateFilter(admin.SimpleListFilter):
    """Open and failed items by default: their partial indexes keep a million done rows out."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("failed", _("Failed")), ("done", _("Done"))]

    def choices(self, changelist: Any) -> Any:
        for index, choice in enumerate(super().choices(changelist)):
            yield {**choice, "display": _("Open")} if index == 0 else choice

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[OutboxItem]
    ) -> QuerySet[OutboxItem]:
        if self.value() == "failed":
            return queryset.exclude(failed_at=None)
        if self.value() == "done":
            return queryset.exclude(done_at=None)
        return queryset.filter(done_at=None, failed_at=None)


@admin.register(OutboxItem)
class OutboxItemAdmin(SeenAdmin):
    list_display = ["topic", "business_id", "not_before", "attempts", "state", "last_error"]
    list_filter = [StateFilter]
    search_fields = ["=key"]
    ordering = ["-id"]
    list_per_page = 50
    show_full_result_count = False
    actions = ["retry", "cancel"]

    def get_readonly_fields(self, request: HttpRequest, obj: OutboxItem | None = None) -> list[str]:
        return [column.name for column in self.model._meta.fields]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OutboxItem | None = None) -> bool:
        return False

    @admin.action(description=_("Retry now"), permissions=["change"])
    def retry(self, request: HttpRequest, queryset: QuerySet[OutboxItem]) -> None:
        ids = list(queryset.values_list("pk", flat=True))
        self._say(request, operations.retry_now(item_ids=ids, now=timezone.now()))

    @admin.action(description=_("Cancel: never do this"), permissions=["change"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[OutboxItem]) -> None:
        ids = list(queryset.values_list("pk", flat=True))
        count = operations.cancel(item_ids=ids, by=_name(request.user), now=timezone.now())
        self._say(request, count)

    def _say(self, request: HttpRequest, count: int) -> None:
        self.message_user(request, ngettext("%d item", "%d items", count) % count)


def _name(user: Any) -> str:
    return user.get_username() if isinstance(user, AbstractBaseUser) else "unknown"
