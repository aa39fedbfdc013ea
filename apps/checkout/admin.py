"""Money for operators: to look at, never to edit raw."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from apps.checkout.models import (
    Coupon,
    CouponUse,
    CreditNote,
    Discount,
    Order,
    OrderLine,
    Payment,
    ProviderEvent,
    Receipt,
    ReceiptCounter,
    Refund,
    RefundLine,
    SandboxSession,
)
from apps.web.operators import LookOnlyAdmin, LookOnlyInline


class LineInline(LookOnlyInline):
    model = OrderLine
    fields = ["name", "amount", "quantity", "tax", "total", "refunded"]


class CreditNoteInline(LookOnlyInline):
    model = CreditNote
    fields = ["amount", "tax", "people", "given_at"]


class PaymentInline(LookOnlyInline):
    model = Payment
    fields = ["kind", "status", "amount", "authorized", "captured", "refunded", "provider_ref"]


@admin.register(Order)
class OrderAdmin(LookOnlyAdmin):
    list_display = ["reference", "business", "status", "payment_status", "total", "currency"]
    list_select_related = ["business"]
    search_fields = ["reference__exact", "booking__reference__exact"]
    search_help_text = _("Reference of the order or of the booking")
    inlines = [LineInline, CreditNoteInline, PaymentInline]


@admin.register(OrderLine)
class OrderLineAdmin(LookOnlyAdmin):
    list_display = ["name", "order", "amount", "quantity", "total"]
    list_select_related = ["order"]
    search_fields = ["order__reference__exact"]
    search_help_text = _("Reference of the order")


@admin.register(Payment)
class PaymentAdmin(LookOnlyAdmin):
    list_display = ["pk", "order", "kind", "status", "amount", "authorized", "captured", "refunded"]
    list_select_related = ["order"]
    search_fields = ["order__reference__exact", "provider_ref__exact"]
    search_help_text = _("Reference of the order, or the provider's")


@admin.register(Refund)
class RefundAdmin(LookOnlyAdmin):
    list_display = ["pk", "payment", "amount", "status", "is_external", "created_at"]
    list_select_related = ["payment"]
    search_fields = ["payment__order__reference__exact"]
    search_help_text = _("Reference of the order")


@admin.register(RefundLine)
class RefundLineAdmin(LookOnlyAdmin):
    list_display = ["refund", "line", "amount"]
    list_select_related = ["refund", "line"]
    search_fields = ["line__order__reference__exact"]
    search_help_text = _("Reference of the order")


@admin.register(Receipt)
class ReceiptAdmin(LookOnlyAdmin):
    list_display = ["year", "number", "business", "order", "given_at"]
    list_select_related = ["business", "order"]
    search_fields = ["order__reference__exact"]
    search_help_text = _("Reference of the order")


@admin.register(CreditNote)
class CreditNoteAdmin(LookOnlyAdmin):
    list_display = ["order", "amount", "tax", "people", "given_at"]
    list_select_related = ["order"]
    search_fields = ["order__reference__exact"]
    search_help_text = _("Reference of the order")


@admin.register(ReceiptCounter)
class ReceiptCounterAdmin(LookOnlyAdmin):
    list_display = ["business", "year", "last"]
    list_select_related = ["business"]
    search_fields = ["business__slug__exact"]
    search_help_text = _("Short name of the business")


@admin.register(ProviderEvent)
class ProviderEventAdmin(LookOnlyAdmin):
    list_display = ["event_id", "provider", "kind", "payment_ref", "received_at"]
    search_fields = ["event_id__exact", "payment_ref__exact"]
    search_help_text = _("Id of the event, or of the payment at the provider")


@admin.register(Coupon)
class CouponAdmin(LookOnlyAdmin):
    list_display = ["code", "business", "kind", "value", "used", "max_uses", "ends_at"]
    list_select_related = ["business"]
    search_fields = ["name"]
    search_help_text = _("Part of the name; codes stay out of addresses")


@admin.register(CouponUse)
class CouponUseAdmin(LookOnlyAdmin):
    list_display = ["coupon", "order", "amount", "number"]
    list_select_related = ["coupon", "order"]
    search_fields = ["order__reference__exact"]
    search_help_text = _("Reference of the order")


@admin.register(Discount)
class DiscountAdmin(LookOnlyAdmin):
    list_display = ["name", "business", "kind", "value", "starts_at", "ends_at"]
    list_select_related = ["business"]
    search_fields = ["name"]
    search_help_text = _("Name")


@admin.register(SandboxSession)
class SandboxSessionAdmin(LookOnlyAdmin):
    list_display = ["ref", "seller", "state", "amount", "captured", "refunded"]
    search_fields = ["ref__exact"]
    search_help_text = _("Name of the payment at the sandbox provider")
