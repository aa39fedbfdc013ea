"""People who book: contacts of one business, without an account (rule B25)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.businesses.models import Business


class Customer(models.Model):
    """A contact of one business, found again by the normalised e-mail address.

    Typing an address never signs anybody in; it only groups bookings (rule B25).
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="customers")
    name = models.CharField(max_length=120)
    email = models.EmailField(max_length=254, help_text="Trimmed, in lower case")
    phone = models.CharField(max_length=32, blank=True, help_text="E.164")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="customers",
    )
    blocked = models.BooleanField(default=False)
    turned_away_at = models.DateTimeField(
        null=True, blank=True, help_text="The last time a blocked contact tried to book"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="customer_once_per_business", fields=["business", "email"]
            ),
            models.CheckConstraint(name="customer_has_an_address", condition=~Q(email="")),
        ]
        indexes = [
            models.Index(fields=["business"], name="customers_blocked", condition=Q(blocked=True)),
            models.Index(
                fields=["business", "phone"], name="customer_by_phone", condition=~Q(phone="")
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Consent(models.Model):
    """One thing a customer agreed to, in the words that were shown."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consents")
    wording = models.CharField(max_length=500)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.wording[:60]
