from apps.checkout.models.order import CreditNote, Order, OrderLine, Receipt, ReceiptCounter
from apps.checkout.models.payment import UNDECIDED, Payment, ProviderEvent, Refund, RefundLine
from apps.checkout.models.prepaid import CreditEntry, GiftCard, GiftEntry, PlanPurchase
from apps.checkout.models.promotion import Coupon, CouponUse, Discount
from apps.checkout.models.sandbox import SandboxSession

__all__ = [
    "UNDECIDED",
    "Coupon",
    "CouponUse",
    "CreditEntry",
    "CreditNote",
    "Discount",
    "GiftCard",
    "GiftEntry",
    "Order",
    "OrderLine",
    "Payment",
    "PlanPurchase",
    "ProviderEvent",
    "Receipt",
    "ReceiptCounter",
    "Refund",
    "RefundLine",
    "SandboxSession",
]
