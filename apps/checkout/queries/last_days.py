"""What is good through the end of a day of the business; never writes."""

from datetime import datetime

from apps.businesses.models import Business
from apps.checkout.models import Coupon, Discount, PlanPurchase


def count_last_days(*, business: Business, now: datetime) -> int:
    """How many plans, codes and discounts have a last day that is not over; three queries."""
    plans = PlanPurchase.objects.filter(
        business=business, status__in=PlanPurchase.LIVE, ends_at__isnull=False
    ).count()
    codes = Coupon.objects.filter(business=business, ends_at__gt=now).count()
    return plans + codes + Discount.objects.filter(business=business, ends_at__gt=now).count()
