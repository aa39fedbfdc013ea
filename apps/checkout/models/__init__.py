from apps.checkout.models.gift import GiftCard, GiftEntry
from apps.checkout.models.order import Order, OrderLine
from apps.checkout.models.payment import UNDECIDED, Payment, ProviderEvent, Refund, RefundLine
from apps.checkout.models.plan import CreditEntry, PlanPurchase
from apps.checkout.models.practice import PracticeSession
from apps.checkout.models.promotion import Coupon, CouponUse, Discount
from apps.checkout.models.receipt import Receipt, ReceiptCounter

__all__ = [
    "UNDECIDED",
    "Coupon",
    "CouponUse",
    "CreditEntry",
    "Discount",
    "GiftCard",
    "GiftEntry",
    "Order",
    "OrderLine",
    "Payment",
    "PlanPurchase",
    "PracticeSession",
    "ProviderEvent",
    "Receipt",
    "ReceiptCounter",
    "Refund",
    "RefundLine",
]
