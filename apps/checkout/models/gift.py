"""Gift cards: money paid beforehand, taken off later by whoever has the code (rule M15)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.businesses.models import Business


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
