"""Links that let somebody at one booking without an account (rule S3)."""

from django.db import models
from django.db.models import Q

from apps.bookings.models.booking import Booking


class AccessLink(models.Model):
    """Only the SHA-256 of purpose and token is kept; the token itself is in the mail."""

    class Purpose(models.TextChoices):
        MANAGE = "MANAGE"

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=16, choices=Purpose)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="link_hash_is_whole", condition=~Q(token_hash=""))
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"
