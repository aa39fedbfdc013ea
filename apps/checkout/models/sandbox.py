"""The memory of the sandbox: what would lie at a bank, were the money real."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class SandboxSession(models.Model):
    """One hosted payment. key makes opening it idempotent; amounts are minor units.

    What is authorized is held until the bank lets it go (LAPSED). saved names the card that
    was paid with, when it may be charged again.
    """

    class State(models.TextChoices):
        OPEN = "OPEN", _("Open")
        AUTHORIZED = "AUTHORIZED", _("Held on card")
        PAID = "PAID", _("Paid")
        DECLINED = "DECLINED", _("Declined")
        CANCELED = "CANCELED", _("Cancelled")
        LAPSED = "LAPSED", _("Released by the bank")

    key = models.CharField(max_length=60, unique=True)
    ref = models.CharField(max_length=60, unique=True)
    seller = models.CharField(max_length=120)
    words = models.CharField(max_length=300)
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    captures_later = models.BooleanField(default=False)
    saves_card = models.BooleanField(default=False)
    authorized = models.PositiveIntegerField(default=0)
    saved = models.CharField(max_length=60, blank=True)
    captured = models.PositiveIntegerField(default=0)
    refunded = models.PositiveIntegerField(default=0)
    refund_keys = models.JSONField(default=dict, blank=True)
    return_url = models.CharField(max_length=500)
    cancel_url = models.CharField(max_length=500)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "checkout_practicesession"  # its name since the first release: nothing moves
        constraints = [
            models.CheckConstraint(
                name="practice_refund_within_captured", condition=Q(refunded__lte=F("captured"))
            )
        ]

    def __str__(self) -> str:
        return self.ref
