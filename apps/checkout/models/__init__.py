from apps.checkout.models.coupon import Coupon, CouponUse
from apps.checkout.models.gift import GiftCard, GiftEntry
from apps.checkout.models.order import Order, OrderLine
from apps.checkout.models.payment import Payment, ProviderEvent, Refund
from apps.checkout.models.plan import CreditEntry, PlanPurchase
from apps.checkout.models.practice import PracticeSession

__all__ = [
    "Coupon",
    "CouponUse",
    "CreditEntry",
    "GiftCard",
    "GiftEntry",
    "Order",
    "OrderLine",
    "Payment",
    "PlanPurchase",
    "PracticeSession",
    "ProviderEvent",
    "Refund",
]
