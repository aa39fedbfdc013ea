"""Whom we still have to write to about their data, and what was done with it (rules D10-D13)."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.businesses.models import Business
from apps.customers.models import Customer


class DataRequest(models.Model):
    """Somebody asked one business for what it keeps of an address, known or not. The link of the
    mail is made from form_key and our own key; token_hash is its SHA-256, "" while no mail has
    left, for an unknown address for ever.
    """

    LIFE: ClassVar = timedelta(hours=24)

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    email = models.EmailField(max_length=254, help_text="In lower case")
    form_key = models.CharField(max_length=43, unique=True)
    token_hash = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="data_request_ends_after_it_was_asked",
                condition=Q(expires_at__gt=F("asked_at")),
            ),
            models.UniqueConstraint(
                name="data_link_once", fields=["token_hash"], condition=~Q(token_hash="")
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="data_request_by_end")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class PrivacyEntry(models.Model):
    """One thing that was done with personal data of a business, for its owner to see. It tells no
    name: customer is the contact, which may be nobody by now. counts is how many of what.

    tell is where the receipt goes, "" as soon as that has left.
    """

    class What(models.TextChoices):
        CORRECTED = "CORRECTED", _("Corrected")
        ERASED = "ERASED", _("Erased")
        EXPIRED = "EXPIRED", _("Erased at the end of its time")
        PERIODS = "PERIODS", _("Periods changed")

    class Actor(models.TextChoices):
        CUSTOMER = "CUSTOMER", _("Customer")
        TEAM = "TEAM", _("Team")
        SYSTEM = "SYSTEM", _("System")

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    what = models.CharField(max_length=12, choices=What)
    actor = models.CharField(max_length=8, choices=Actor)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.CharField(max_length=250, blank=True)
    counts = models.JSONField(default=dict)
    tell = models.EmailField(max_length=254, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "privacy entries"
        constraints = [
            models.CheckConstraint(
                name="erasing_for_somebody_gives_a_reason",
                condition=~Q(what="ERASED", actor="TEAM") | ~Q(reason=""),
            ),
        ]
        indexes = [
            models.Index(fields=["business", "-id"], name="privacy_newest"),
            models.Index(fields=["at"], name="receipts_to_send", condition=~Q(tell="")),
        ]

    def __str__(self) -> str:
        return f"{self.what} #{self.pk}"

    @property
    def counts_words(self) -> list[str]:
        """How many of what, without what there was none of."""
        found = {name: n for name, n in self.counts.items() if n}
        return [words_of(name, n) for name, n in found.items()]


class Retention(models.Model):
    """How many months (of 30 days) a business keeps each class of data; None is until somebody is
    erased. revision 0: it was never set, and nothing ends by itself (rule D13)."""

    PERIODS: ClassVar = ("contact_months", "unmet_months", "sensitive_months", "mail_months")

    business = models.OneToOneField(Business, on_delete=models.CASCADE, related_name="retention")
    contact_months = models.PositiveSmallIntegerField(null=True, blank=True)
    unmet_months = models.PositiveSmallIntegerField(null=True, blank=True)
    sensitive_months = models.PositiveSmallIntegerField(null=True, blank=True)
    mail_months = models.PositiveSmallIntegerField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="data_is_kept_for_a_month_at_least",
                condition=(Q(contact_months__isnull=True) | Q(contact_months__gte=1))
                & (Q(unmet_months__isnull=True) | Q(unmet_months__gte=1))
                & (Q(sensitive_months__isnull=True) | Q(sensitive_months__gte=1))
                & (Q(mail_months__isnull=True) | Q(mail_months__gte=1)),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


def words_of(name: str, n: int) -> str:
    """ "3 bookings", by the name of a count."""
    match name:
        case "bookings":
            words = ngettext("%(n)d booking", "%(n)d bookings", n)
        case "plans":
            words = ngettext("%(n)d plan", "%(n)d plans", n)
        case "gift_cards":
            words = ngettext("%(n)d gift card", "%(n)d gift cards", n)
        case "answers":
            words = ngettext("%(n)d answer", "%(n)d answers", n)
        case "mails":
            words = ngettext("%(n)d e-mail", "%(n)d e-mails", n)
        case _:
            words = ngettext("%(n)d contact", "%(n)d contacts", n)
    return words % {"n": n}
