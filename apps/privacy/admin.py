"""What was done with personal data, for operators: to look at only."""

from django.contrib import admin

from apps.privacy.models import DataRequest, PrivacyEntry, Retention
from apps.web.operators import LookOnlyAdmin


@admin.register(DataRequest)
class DataRequestAdmin(LookOnlyAdmin):
    list_display = ["asked_at", "business", "expires_at"]
    list_select_related = ["business"]
    exclude = ["form_key", "token_hash"]


@admin.register(PrivacyEntry)
class PrivacyEntryAdmin(LookOnlyAdmin):
    list_display = ["what", "business", "actor", "at"]
    list_filter = ["what"]
    list_select_related = ["business"]
    exclude = ["tell"]


@admin.register(Retention)
class RetentionAdmin(LookOnlyAdmin):
    list_display = ["business", "contact_months", "revision"]
    list_select_related = ["business"]
