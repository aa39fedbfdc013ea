from apps.checkout.models.coupon import Coupon, CouponUse
from apps.checkout.models.discount import Discount
from apps.checkout.models.order import Order, OrderLine
from apps.checkout.models.payment import Payment, ProviderEvent, Refund, RefundLine
from apps.checkout.models.practice import PracticeSession
from apps.checkout.models.receipt import Receipt, ReceiptCounter

__all__ = [
    "Coupon",
    "CouponUse",
    "Discount",
    "Order",
    "OrderLine",
    "Payment",
    "PracticeSession",
    "ProviderEvent",
    "Receipt",
    "ReceiptCounter",
    "Refund",
    "RefundLine",
]
