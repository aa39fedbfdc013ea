"""What was paid beforehand: plans, with every visit that was counted (rule M16), and gift cards,
which whoever has the code pays with later (rule M15)."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.catalog.models import PricingPlan, Service
from apps.customers.models import Customer


class PlanPurchase(models.Model):
    """A plan of one customer, with the terms of the day it was bought; price is minor units.

    balance is how many visits are left, None where they are not counted; it is the sum of its
    credit entries. It is good from starts_at until before ends_at (UTC; None is without end).
    periods counts the periods of a membership that were paid for. saved_card is the provider's name
    for the card that pays the next one, "" where there is none; renew_at is when that is looked
    after, None when nothing is to be done. opens_at is the beginning of a period that was paid for
    ahead, None when none waits. form_key makes a form that is sent twice buy once.
    """

    class Status(models.TextChoices):
        DRAFT = "DRAFT", _("Not paid")
        ACTIVE = "ACTIVE", _("Active")
        PAUSED = "PAUSED", _("Paused")
        ENDED = "ENDED", _("Ended")
        CANCELED = "CANCELED", _("Cancelled")

    LIVE = (Status.ACTIVE, Status.PAUSED)

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    plan = models.ForeignKey(PricingPlan, on_delete=models.PROTECT, related_name="purchases")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="plans")
    contact_phone = models.CharField(max_length=32, blank=True, help_text="E.164, as it was typed")
    reference = models.CharField(max_length=8, unique=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.DRAFT)
    kind = models.CharField(max_length=10, choices=PricingPlan.Kind)
    name = models.CharField(max_length=80)
    price = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    tax_rate = models.PositiveIntegerField(default=0)
    credits = models.PositiveSmallIntegerField(null=True, blank=True)
    valid_days = models.PositiveSmallIntegerField(null=True, blank=True)
    period_months = models.PositiveSmallIntegerField(null=True, blank=True)
    services = models.ManyToManyField(Service, related_name="+")
    balance = models.IntegerField(null=True, blank=True)
    periods = models.PositiveSmallIntegerField(default=0)
    renews = models.BooleanField(default=False)
    provider = models.CharField(max_length=20, blank=True)
    saved_card = models.CharField(max_length=120, blank=True)
    renew_at = models.DateTimeField(null=True, blank=True)
    opens_at = models.DateTimeField(null=True, blank=True)
    form_key = models.CharField(max_length=43, unique=True)
    visitor_hash = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField()
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    over_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="plan_credits_not_overdrawn",
                condition=Q(balance__isnull=True) | Q(balance__gte=0),
            ),
            models.CheckConstraint(
                name="unlimited_purchase_counts_nothing",
                condition=Q(kind="UNLIMITED", balance__isnull=True)
                | (~Q(kind="UNLIMITED") & Q(balance__isnull=False)),
            ),
            models.CheckConstraint(
                name="live_plan_has_begun",
                condition=~Q(status__in=("ACTIVE", "PAUSED")) | Q(starts_at__isnull=False),
            ),
            models.CheckConstraint(
                name="paused_plan_has_a_time",
                condition=Q(status="PAUSED", paused_at__isnull=False)
                | (~Q(status="PAUSED") & Q(paused_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["business", "-id"], name="plans_newest"),
            models.Index(fields=["ends_at"], name="plans_that_end", condition=Q(status="ACTIVE")),
            models.Index(
                fields=["renew_at"],
                name="plans_to_renew",
                condition=Q(status="ACTIVE", renews=True, renew_at__isnull=False),
            ),
            models.Index(
                fields=["opens_at"], name="plans_to_open", condition=Q(opens_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def zone(self) -> ZoneInfo:
        return self.business.zone


class CreditEntry(models.Model):
    """One line of a plan's ledger. amount is visits, below 0 where they were used; left is the
    balance after it. A booking uses a plan once and gives back at most once; in between more or
    fewer people may come on it."""

    class Kind(models.TextChoices):
        BOUGHT = "BOUGHT", _("Bought")
        RENEWED = "RENEWED", _("New period")
        USED = "USED", _("Used")
        RETURNED = "RETURNED", _("Visit returned")
        RESIZED = "RESIZED", _("Number of people changed")
        ADJUSTED = "ADJUSTED", _("Changed by the team")
        EXPIRED = "EXPIRED", _("Expired")

    purchase = models.ForeignKey(PlanPurchase, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=8, choices=Kind)
    amount = models.IntegerField()
    left = models.IntegerField(null=True, blank=True)
    booking = models.ForeignKey(
        Booking, null=True, blank=True, on_delete=models.PROTECT, related_name="credits"
    )
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "credit entries"
        constraints = [
            models.UniqueConstraint(
                name="booking_uses_a_plan_once",
                fields=["booking", "kind"],
                condition=Q(kind__in=("USED", "RETURNED")),
            ),
            models.CheckConstraint(
                name="use_of_a_plan_has_a_booking",
                condition=~Q(kind__in=("USED", "RETURNED", "RESIZED")) | Q(booking__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purchase_id} {self.kind} {self.amount}"


class GiftCard(models.Model):
    """Amounts are minor units. balance is the sum of its entries; code is what one types, without
    the dashes that people see. A DRAFT is not paid yet and good for nothing. form_key makes a form
    that is sent twice buy once. uncovered was used already although its purchase went back, and
    waits for the team; written_off is what of that was settled (rule M31)."""

    class Status(models.TextChoices):
        DRAFT = "DRAFT", _("Not paid")
        ACTIVE = "ACTIVE", _("Active")
        STOPPED = "STOPPED", _("Stopped")

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="gift_cards")
    reference = models.CharField(max_length=8, unique=True)
    code = models.CharField(max_length=20)
    status = models.CharField(max_length=8, choices=Status, default=Status.DRAFT)
    currency = models.CharField(max_length=3)
    value = models.PositiveIntegerField()
    balance = models.IntegerField(default=0)
    uncovered = models.PositiveIntegerField(default=0)
    written_off = models.PositiveIntegerField(default=0)
    buyer_name = models.CharField(max_length=120)
    buyer_email = models.EmailField(max_length=254)
    to_name = models.CharField(max_length=120, blank=True)
    to_email = models.EmailField(max_length=254, blank=True)
    words = models.CharField(max_length=300, blank=True)
    form_key = models.CharField(max_length=43, unique=True)
    visitor_hash = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="gift_code_once", fields=["business", "code"]),
            models.CheckConstraint(
                name="gift_balance_within_value",
                condition=Q(balance__gte=0, balance__lte=F("value")),
            ),
            models.CheckConstraint(name="gift_has_a_value", condition=Q(value__gte=1)),
        ]
        indexes = [
            models.Index(fields=["business", "-id"], name="gifts_newest"),
            models.Index(fields=["business"], name="gifts_uncovered", condition=Q(uncovered__gt=0)),
            # Whoever signs in sees the cards of an address at all businesses.
            models.Index(fields=["buyer_email"], name="gifts_by_buyer"),
            models.Index(fields=["to_email"], name="gifts_by_recipient", condition=~Q(to_email="")),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def title(self) -> str:
        return gettext("Gift card")


class GiftEntry(models.Model):
    """One line of a card's ledger: amount is minor units, below 0 where it paid for something, or
    where the money of its purchase went back."""

    class Kind(models.TextChoices):
        BOUGHT = "BOUGHT", _("Bought")
        USED = "USED", _("Used")
        RETURNED = "RETURNED", _("Put back on the card")
        ADJUSTED = "ADJUSTED", _("Changed by the team")
        REFUNDED = "REFUNDED", _("Refunded to the buyer")
        SETTLED = "SETTLED", _("Settled by the team")

    card = models.ForeignKey(GiftCard, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=8, choices=Kind)
    amount = models.IntegerField()
    left = models.IntegerField()
    payment = models.ForeignKey(
        "checkout.Payment",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="gift_entries",
    )
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "gift entries"

    def __str__(self) -> str:
        return f"{self.card_id} {self.kind} {self.amount}"
