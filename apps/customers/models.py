"""People who book: contacts of one business, without an account (rule B25); and who of them has
proven a mailbox, over all businesses (rule S19)."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.businesses.models import Business

ERASED_MAILBOX = "@erased.invalid"
"""Nothing can be mailed there (RFC 2606)."""


class Customer(models.Model):
    """A contact of one business, found again by the normalised e-mail address.

    Typing an address never signs anybody in; it only groups bookings (rule B25). One that was
    erased stays for its bookings to be counted by, and has an address that is nobody's
    (rule D10).
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
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="customer_once_per_business", fields=["business", "email"]
            ),
            models.CheckConstraint(name="customer_has_an_address", condition=~Q(email="")),
            models.CheckConstraint(
                name="erased_customer_is_nobody",
                condition=Q(erased_at__isnull=True)
                | Q(phone="", user__isnull=True, email__endswith=ERASED_MAILBOX),
            ),
        ]
        indexes = [
            models.Index(fields=["business"], name="customers_blocked", condition=Q(blocked=True)),
            models.Index(
                fields=["business", "phone"], name="customer_by_phone", condition=~Q(phone="")
            ),
            # Whoever signs in sees the bookings of an address at all businesses.
            models.Index(fields=["email"], name="customer_by_email"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def mailbox(self) -> str:
        """Where mails go, "" once it is erased."""
        return "" if self.erased_at else self.email


class Consent(models.Model):
    """One thing a customer agreed to, in the words that were shown."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consents")
    wording = models.CharField(max_length=500)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.wording[:60]


class SignIn(models.Model):
    """Somebody asked for a mail to sign in with an address, known or not: code and link are made
    from form_key and our own key, and stand in no table.

    mailed_at is empty while no mail has left, for an unknown address for ever. form_key makes a
    form that is sent twice ask once. Of wrong codes there are MAX_TRIES at most.
    """

    LIFE: ClassVar = timedelta(minutes=10)
    MAX_TRIES: ClassVar = 5

    email = models.EmailField(max_length=254, help_text="In lower case")
    form_key = models.CharField(max_length=43, unique=True)
    tries = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="sign_in_has_few_tries", condition=Q(tries__lte=5)),
            models.CheckConstraint(
                name="sign_in_ends_after_it_was_asked", condition=Q(expires_at__gt=F("asked_at"))
            ),
            models.CheckConstraint(
                name="used_sign_in_was_mailed",
                condition=Q(used_at__isnull=True) | Q(mailed_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["asked_at"], name="sign_in_by_age")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class SignedInDevice(models.Model):
    """A browser that has proven a mailbox, until ends_at or until it is signed out; key_hash is the
    SHA-256 of what its session holds, name is rough ("Firefox on Android")."""

    email = models.EmailField(max_length=254, help_text="In lower case")
    key_hash = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=60)
    signed_in_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="device_ends_after_it_signed_in", condition=Q(ends_at__gt=F("signed_in_at"))
            ),
        ]
        indexes = [
            models.Index(fields=["email"], name="device_by_email"),
            models.Index(fields=["ends_at"], name="device_by_end"),
        ]

    def __str__(self) -> str:
        return self.name


class SavedPerson(models.Model):
    """Somebody whom the owner of a mailbox books for, over all businesses: a child, a partner.

    It is no contact of any business; what was booked keeps the name it was booked with. place
    counts from 0, so that the database holds how many there may be (rule D14).
    """

    MOST: ClassVar = 10

    email = models.EmailField(max_length=254, help_text="Of whoever books, in lower case")
    name = models.CharField(max_length=120)
    place = models.PositiveSmallIntegerField()
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "saved people"
        constraints = [
            models.UniqueConstraint(name="one_saved_person_per_place", fields=["email", "place"]),
            models.CheckConstraint(name="saved_people_are_few", condition=Q(place__lt=10)),
            models.CheckConstraint(name="saved_person_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name
