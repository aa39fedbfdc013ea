"""Contacts of businesses, for operators. Lists show names; the rest is on the page of one."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.customers.models import Consent, Customer, SavedPerson, SignedInDevice, SignIn
from apps.web.operators import LookOnlyAdmin, LookOnlyInline, OperatorAdmin


class ConsentInline(LookOnlyInline):
    model = Consent
    fields = ["wording", "given_at", "withdrawn_at"]


@admin.register(Customer)
class CustomerAdmin(OperatorAdmin):
    list_display = ["name", "business", "blocked", "turned_away_at", "created_at"]
    list_select_related = ["business"]
    search_fields = ["email__exact"]
    search_help_text = _("The whole e-mail address, in lower case")
    readonly_fields = ["business", "email", "user", "turned_away_at", "created_at"]
    inlines = [ConsentInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Contacts come from bookings."""
        return False


@admin.register(Consent)
class ConsentAdmin(LookOnlyAdmin):
    list_display = ["wording", "customer", "given_at", "withdrawn_at"]
    list_select_related = ["customer"]


@admin.register(SignIn)
class SignInAdmin(LookOnlyAdmin):
    list_display = ["asked_at", "mailed_at", "used_at", "tries"]
    exclude = ["form_key"]


@admin.register(SignedInDevice)
class SignedInDeviceAdmin(LookOnlyAdmin):
    list_display = ["name", "signed_in_at", "ends_at", "ended_at"]
    exclude = ["key_hash"]


@admin.register(SavedPerson)
class SavedPersonAdmin(LookOnlyAdmin):
    list_display = ["name", "created_at"]
