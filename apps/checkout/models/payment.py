"""Money that comes and goes, and what a provider told of it (rules M9, S12)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.businesses.models import Business
from apps.checkout.models.order import Order, OrderLine
from apps.checkout.models.prepaid import GiftCard


class Payment(models.Model):
    """One attempt to pay, or money taken in person, in minor units of the order's currency.

    captured is what really came, refunded what of it goes or went back: never more; excess is what
    of that was more than the bill, so that it never paid for anything. With
    captures_later the amount is only held on the card (authorized) until the team says yes,
    and counts as nothing until then. A reversing
    entry takes back money in person that was marked by mistake: reverses names it, and its amounts
    are negative. url is where the customer pays, until expires_at (UTC); origin is where their
    browser found us, so that a payment that is opened again is opened in the same words. What a
    gift card pays is taken off the card at once and PENDING until the order is approved. saved_card
    is the provider's name of a card that is charged without its owner, "" where somebody pays on a
    page.

    told_amount and told_currency are what the provider says where that is another amount than was
    asked for; somebody of the team has to look until looked_at. UNCLEAR: such money came.
    """

    class Kind(models.TextChoices):
        ONLINE = "ONLINE", _("Online")
        IN_PERSON = "IN_PERSON", _("In person")
        GIFT = "GIFT", _("Gift card")

    class Status(models.TextChoices):
        PENDING = "PENDING", _("In progress")
        AUTHORIZED = "AUTHORIZED", _("Held on card")
        PAID = "PAID", _("Paid")
        UNCLEAR = "UNCLEAR", _("Different amount received")
        FAILED = "FAILED", _("Failed")
        CANCELED = "CANCELED", _("Abandoned")

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    kind = models.CharField(max_length=10, choices=Kind)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    gift_card = models.ForeignKey(
        GiftCard, null=True, blank=True, on_delete=models.PROTECT, related_name="payments"
    )
    provider = models.CharField(max_length=20, blank=True)
    provider_ref = models.CharField(max_length=120, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    origin = models.CharField(max_length=200, blank=True)
    saved_card = models.CharField(max_length=120, blank=True)
    amount = models.IntegerField()
    captures_later = models.BooleanField(default=False)
    authorized = models.IntegerField(default=0)
    captured = models.IntegerField(default=0)
    refunded = models.PositiveIntegerField(default=0)
    excess = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=200, blank=True)
    told_amount = models.BigIntegerField(null=True, blank=True)
    told_currency = models.CharField(max_length=10, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    reverses = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed_by"
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="refund_within_captured",
                condition=Q(refunded=0) | Q(refunded__lte=F("captured")),
            ),
            models.CheckConstraint(
                name="excess_within_refunded", condition=Q(excess__lte=F("refunded"))
            ),
            models.CheckConstraint(
                name="captured_within_amount",
                condition=Q(reverses__isnull=True, captured__gte=0, captured__lte=F("amount"))
                | Q(reverses__isnull=False, captured__lt=0, amount=F("captured")),
            ),
            models.CheckConstraint(
                name="paid_means_captured", condition=~Q(status="PAID") | ~Q(captured=0)
            ),
            models.CheckConstraint(
                name="gift_payment_has_a_card",
                condition=Q(kind="GIFT", gift_card__isnull=False)
                | (~Q(kind="GIFT") & Q(gift_card__isnull=True)),
            ),
            models.CheckConstraint(
                name="authorized_within_amount",
                condition=Q(authorized=0) | Q(authorized__gt=0, authorized__lte=F("amount")),
            ),
            models.CheckConstraint(
                name="authorized_while_kept_aside",
                condition=Q(status="AUTHORIZED", authorized__gt=0)
                | (~Q(status="AUTHORIZED") & Q(authorized=0)),
            ),
            models.CheckConstraint(
                name="unclear_payment_says_why",
                condition=~Q(status="UNCLEAR") | Q(told_amount__isnull=False),
            ),
            models.UniqueConstraint(
                name="saved_card_asked_once",
                fields=["order"],
                condition=Q(status="PENDING") & ~Q(saved_card=""),
            ),
            models.UniqueConstraint(
                name="provider_ref_once",
                fields=["provider", "provider_ref"],
                condition=~Q(provider_ref=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"], name="payment_pending", condition=Q(status="PENDING")
            ),
            models.Index(
                fields=["created_at"], name="payment_kept_aside", condition=Q(status="AUTHORIZED")
            ),
            models.Index(
                fields=["settled_at"], name="payment_failed", condition=Q(status="FAILED")
            ),
            models.Index(fields=["business", "settled_at"], name="payment_by_day"),
            models.Index(
                fields=["business"],
                name="payment_to_look_at",
                condition=Q(told_amount__isnull=False, looked_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind} {self.amount}"


UNDECIDED = (Payment.Status.PENDING, Payment.Status.UNCLEAR)
"""Nobody knows yet how these end, so that nothing is paid beside them."""


class Refund(models.Model):
    """Money on its way back to the customer. PENDING until the provider has done it; its key there
    is this row's id, so that it is done once however often it is asked for. excess is what of it
    was more than the bill. One that FAILED, which it may do days after it was DONE, waits for the
    team until decided_at (rule M32). by_hand: the provider knows nothing of it, although the money
    came through it."""

    class Status(models.TextChoices):
        PENDING = "PENDING", _("In progress")
        DONE = "DONE", _("Done")
        FAILED = "FAILED", _("Failed")

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount = models.PositiveIntegerField()
    excess = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=8, choices=Status, default=Status.PENDING)
    is_external = models.BooleanField(
        default=False, help_text=_("Refunded at the provider or by hand, not through us")
    )
    reason = models.CharField(max_length=250, blank=True)
    provider_ref = models.CharField(max_length=120, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    by_hand = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="refund_is_something", condition=Q(amount__gte=1)),
            models.CheckConstraint(
                name="refund_excess_within_amount", condition=Q(excess__lte=F("amount"))
            ),
        ]
        indexes = [
            models.Index(fields=["business", "created_at"], name="refund_by_day"),
            models.Index(
                fields=["business"],
                name="refund_to_decide",
                condition=Q(status="FAILED", decided_at__isnull=True),
            ),
            models.Index(
                fields=["business", "refused_at"],
                name="refund_refused_by_day",
                condition=Q(refused_at__isnull=False),
            ),
            models.Index(
                fields=["done_at"],
                name="refund_taken_on",
                condition=Q(status="DONE", by_hand=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} -{self.amount}"


class RefundLine(models.Model):
    """How much of a refund is for one line of the order; the rest of it is for none."""

    refund = models.ForeignKey(Refund, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="refunds")
    amount = models.PositiveIntegerField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="refund_line_once", fields=["refund", "line"]),
            models.CheckConstraint(name="refund_line_is_something", condition=Q(amount__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.refund_id} {self.line_id} -{self.amount}"


class ProviderEvent(models.Model):
    """What a provider told us, once for each of its own event ids; never the truth itself."""

    provider = models.CharField(max_length=20)
    event_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)
    payment_ref = models.CharField(max_length=120, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="event_told_once", fields=["provider", "event_id"])
        ]
        indexes = [models.Index(fields=["payment_ref"], name="provider_event_of_payment")]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"
