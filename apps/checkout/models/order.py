"""What is owed for a booking, a plan or a gift card, as the customer saw it (rule M4)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.catalog.pricing import tax_on
from apps.checkout.models.prepaid import GiftCard, PlanPurchase
from apps.checkout.pricing import Off, with_nothing_off


class Order(models.Model):
    """Amounts are minor units of currency. tax is part of total when tax_included, else it was
    added to it; either way it is in total. way is how the customer chose to pay. It is for one
    thing: a booking, a period of a plan, or a gift card.

    discount is all that was taken off, before tax: by_discount by a discount of this name, the
    rest by the code.

    fee is what is asked for instead of the lines once a booking was cancelled too late or nobody
    came, None where it is not: lines and total go on telling what was booked (rule M34).

    credited is what its credit notes take off the total, because fewer come than were paid for
    (rule M35).
    """

    class Status(models.TextChoices):
        INITIALIZED = "INITIALIZED", _("Not finished")
        APPROVED = "APPROVED", _("Placed")
        CANCELED = "CANCELED", _("Cancelled")

    class PaymentStatus(models.TextChoices):
        NOT_PAID = "NOT_PAID", _("Not paid")
        PENDING = "PENDING", _("Payment in progress")
        PARTIALLY_PAID = "PARTIALLY_PAID", _("Partly paid")
        PAID = "PAID", _("Paid")
        PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED", _("Partly refunded")
        FULLY_REFUNDED = "FULLY_REFUNDED", _("Refunded")

    class Way(models.TextChoices):
        FULL = "FULL", _("In full online")
        DEPOSIT = "DEPOSIT", _("Deposit online")
        IN_PERSON = "IN_PERSON", _("In person")
        PLAN = "PLAN", _("With a plan")

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="orders")
    booking = models.OneToOneField(
        Booking, null=True, blank=True, on_delete=models.CASCADE, related_name="order"
    )
    purchase = models.ForeignKey(
        PlanPurchase, null=True, blank=True, on_delete=models.CASCADE, related_name="orders"
    )
    gift_card = models.OneToOneField(
        GiftCard, null=True, blank=True, on_delete=models.CASCADE, related_name="order"
    )
    reference = models.CharField(max_length=8, unique=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.INITIALIZED)
    payment_status = models.CharField(
        max_length=20, choices=PaymentStatus, default=PaymentStatus.NOT_PAID
    )
    way = models.CharField(max_length=10, choices=Way)
    currency = models.CharField(max_length=3)
    tax_rate = models.PositiveIntegerField(default=0, help_text=_("Basis points: 1900 is 19 %"))
    tax_included = models.BooleanField(default=True)
    tax = models.PositiveIntegerField(default=0)
    discount = models.PositiveIntegerField(default=0)
    discount_name = models.CharField(max_length=80, blank=True)
    by_discount = models.PositiveIntegerField(default=0)
    coupon_code = models.CharField(max_length=20, blank=True)
    total = models.PositiveIntegerField()
    due_now = models.PositiveIntegerField()
    credited = models.PositiveIntegerField(default=0)
    fee = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=_("Minor units that are owed instead of the total; empty while no fee is"),
    )
    placed_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True, blank=True)
    kept_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("When the team decided to keep the payment for a booking that is over"),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="due_now_is_part_of_the_order", condition=Q(due_now__lte=F("total"))
            ),
            models.CheckConstraint(
                name="credit_is_part_of_the_order", condition=Q(credited__lte=F("total"))
            ),
            models.CheckConstraint(
                name="order_is_for_one_thing",
                condition=Q(booking__isnull=False, purchase__isnull=True, gift_card__isnull=True)
                | Q(booking__isnull=True, purchase__isnull=False, gift_card__isnull=True)
                | Q(booking__isnull=True, purchase__isnull=True, gift_card__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_open_order_of_a_plan",
                fields=["purchase"],
                condition=Q(status="INITIALIZED", purchase__isnull=False),
            ),
            models.CheckConstraint(
                name="by_discount_is_part_of_the_discount",
                condition=Q(by_discount__lte=F("discount"))
                & (Q(by_discount=0) | ~Q(discount_name="")),
            ),
            models.CheckConstraint(
                name="fee_is_for_a_placed_booking",
                condition=Q(fee__isnull=True) | Q(booking__isnull=False, status="APPROVED"),
            ),
            models.CheckConstraint(
                name="approved_order_has_a_time",
                condition=~Q(status="APPROVED") | Q(approved_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["business", "-id"], name="order_newest")]

    def __str__(self) -> str:
        return self.reference

    @property
    def price(self) -> int:
        """What all of it costs by now, in minor units: the total less what was credited."""
        return self.total - self.credited

    @property
    def bill(self) -> int:
        """What it asks for, in minor units: the fee where there is one, else the price."""
        return self.price if self.fee is None else self.fee

    @property
    def by_code(self) -> int:
        """What the code took off, as the business keeps its prices."""
        return self.discount - self.by_discount

    @property
    def off(self) -> Off:
        """What was taken off as customers read it, tax included; the lines come along."""
        rate = 0 if self.tax_included else self.tax_rate
        told = self.by_discount + tax_on(self.by_discount, rate=rate)
        off = sum(line.before for line in self.lines.all()) - self.total
        return Off.of(off, by_discount=told, has_code=self.by_code > 0)


class OrderLine(models.Model):
    """One thing that is paid for; amount is for one, total for all of them, with tax and less the
    discount. refunded is what of total goes or went back for this very line. added_at is when it
    joined an order whose receipt was given already."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    name = models.CharField(max_length=250)
    amount = models.PositiveIntegerField()
    quantity = models.PositiveSmallIntegerField(default=1)
    tax = models.PositiveIntegerField(default=0)
    discount = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField()
    refunded = models.PositiveIntegerField(default=0)
    position = models.PositiveSmallIntegerField(default=0)
    added_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="line_refund_within_total", condition=Q(refunded__lte=F("total"))
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def before(self) -> int:
        """What it would cost if nothing was taken off, tax included; the order comes along."""
        return with_nothing_off(
            self.amount * self.quantity,
            total=self.total,
            discount=self.discount,
            rate=self.order.tax_rate,
            included=self.order.tax_included,
        )

    @property
    def left(self) -> int:
        """What of it can still go back, as far as the line is concerned."""
        return self.total - self.refunded


class CreditNote(models.Model):
    """What is taken off an order later, because fewer people come (rule M35) or a course costs less
    in another run (rule B44): its lines stay as they were told. amount is minor units with tax,
    people is how many fewer come, 0 where that is not why."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="credit_notes")
    amount = models.PositiveIntegerField()
    tax = models.PositiveIntegerField(default=0)
    people = models.PositiveSmallIntegerField()
    given_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="credit_is_something", condition=Q(amount__gte=1)),
            models.CheckConstraint(
                name="credit_tax_is_part_of_it", condition=Q(tax__lte=F("amount"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} -{self.amount}"


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
