"""Numbers of receipts: one for each order with money, without gaps (rule M12)."""

from django.db import models
from django.db.models import Q

from apps.businesses.models import Business
from apps.checkout.models.order import Order


class ReceiptCounter(models.Model):
    """The last number of a business in a year; locked as the very last row of a transaction."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="receipts_counted_once", fields=["business", "year"])
        ]

    def __str__(self) -> str:
        return f"{self.business_id} {self.year}"


class Receipt(models.Model):
    """Given in the transaction that writes the first money of an order, and never taken back. year
    is that of the business's own calendar at that moment; number counts up from 1 within it."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="receipt")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="receipt_number_once", fields=["business", "year", "number"]
            ),
            models.CheckConstraint(name="receipts_count_from_one", condition=Q(number__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.number:05d}"
