"""Plans and gift cards that were sold, for operators: to look at."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from apps.checkout.models import CreditEntry, GiftCard, GiftEntry, PlanPurchase
from apps.web.operators import LookOnlyAdmin, LookOnlyInline


class CreditEntryInline(LookOnlyInline):
    model = CreditEntry
    fields = ["kind", "amount", "left", "reason", "at"]


class GiftEntryInline(LookOnlyInline):
    model = GiftEntry
    fields = ["kind", "amount", "left", "reason", "at"]


@admin.register(PlanPurchase)
class PlanPurchaseAdmin(LookOnlyAdmin):
    list_display = ["reference", "business", "customer", "name", "status", "balance", "ends_at"]
    list_select_related = ["business", "customer"]
    search_fields = ["reference__exact", "customer__email__exact"]
    search_help_text = _("Reference, or e-mail of the customer")
    exclude = ["saved_card", "form_key", "visitor_hash"]
    inlines = [CreditEntryInline]


@admin.register(CreditEntry)
class CreditEntryAdmin(LookOnlyAdmin):
    list_display = ["purchase", "kind", "amount", "left", "reason", "at"]
    list_select_related = ["purchase"]
    search_fields = ["purchase__reference__exact", "booking__reference__exact"]
    search_help_text = _("Reference of the plan or of the booking")


@admin.register(GiftCard)
class GiftCardAdmin(LookOnlyAdmin):
    """Without its code: whoever has that can pay with it."""

    list_display = ["reference", "business", "status", "value", "balance", "currency", "made_at"]
    list_select_related = ["business"]
    search_fields = ["reference__exact", "buyer_email__exact", "to_email__exact"]
    search_help_text = _("Reference, or e-mail of who bought it or has it")
    exclude = ["code", "form_key", "visitor_hash"]
    inlines = [GiftEntryInline]


@admin.register(GiftEntry)
class GiftEntryAdmin(LookOnlyAdmin):
    list_display = ["card", "kind", "amount", "left", "reason", "at"]
    list_select_related = ["card"]
    search_fields = ["card__reference__exact"]
    search_help_text = _("Reference of the card")
