"""The counter of receipts is locked last of all: booking, order, payments, coupon, counter."""

from datetime import datetime

from django.db.models import F

from apps.businesses.models import Business
from apps.checkout.models import Order, Receipt, ReceiptCounter


def number_receipt(order: Order, *, business: Business, now: datetime) -> None:
    """Give a locked order that has money the next number of its business and year, once.

    Nothing may be locked after it. A transaction that fails takes its number back with it, so there
    are no gaps.
    """
    if Receipt.objects.filter(order_id=order.pk).exists():
        return
    year = now.astimezone(business.zone).year
    ReceiptCounter.objects.bulk_create(
        [ReceiptCounter(business=business, year=year)], ignore_conflicts=True
    )
    counters = ReceiptCounter.objects.filter(business=business, year=year)
    counter = counters.select_for_update().get()
    counters.update(last=F("last") + 1)
    Receipt.objects.create(
        business=business, order=order, year=year, number=counter.last + 1, given_at=now
    )
