"""Codes and discounts as an owner makes them."""

from datetime import timedelta
from typing import Any

from apps.businesses.models import Business
from apps.checkout.models import Coupon, Discount
from tests.clock import NOW


def make_coupon(*, business: Business, code: str = "WINTER10", **columns: Any) -> Coupon:
    """Ten per cent off everything, once for each customer."""
    values = {
        "name": "Winter",
        "kind": "PERCENT",
        "value": 1000,
        "starts_at": NOW - timedelta(days=1),
        **columns,
    }
    return Coupon.objects.create(business=business, code=code, **values)


def make_discount(*, business: Business, name: str = "Autumn offer", **columns: Any) -> Discount:
    """Ten per cent off everything, without a code."""
    values = {
        "kind": "PERCENT",
        "value": 1000,
        "starts_at": NOW - timedelta(days=1),
        **columns,
    }
    return Discount.objects.create(business=business, name=name, **values)
