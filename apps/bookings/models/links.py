"""Links that let somebody at one booking without an account (rule S3), and where they were opened
(rule S20)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.bookings.models.booking import Booking
from apps.web.devices import Browser, System


class AccessLink(models.Model):
    """Only the SHA-256 of purpose and token is kept; the token itself is in the mail."""

    class Purpose(models.TextChoices):
        """What a link is for, and all that it opens (rule S23)."""

        MANAGE = "MANAGE", _("See and change the booking")
        OFFER = "OFFER", _("Answer an offer")
        PAY = "PAY", _("Pay")
        TIME = "TIME", _("Choose a time")
        CALENDAR = "CALENDAR", _("Subscribe to the calendar file")

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


class LinkUse(models.Model):
    """One kind of device that opened a link, and how often: a row for each kind, so that whoever
    opens it a thousand times (a scanner of mail, a calendar) adds to a number and no rows.
    refused: it was tried when the link had ended or was closed, and opened nothing."""

    link = models.ForeignKey(AccessLink, on_delete=models.CASCADE, related_name="uses")
    browser = models.CharField(max_length=12, choices=Browser, blank=True)
    system = models.CharField(max_length=12, choices=System, blank=True)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    refused = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_use_per_kind_of_device", fields=["link", "browser", "system", "refused"]
            ),
            models.CheckConstraint(
                name="link_use_is_counted",
                condition=Q(times__gte=1, last_at__gte=F("first_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.link_id} {self.browser} {self.system}".strip()
