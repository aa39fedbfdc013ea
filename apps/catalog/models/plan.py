"""What can be paid for beforehand: packages and memberships (rule M16)."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.businesses.models import Business
from apps.catalog.models.service import Service


class PricingPlan(models.Model):
    """A plan that is offered. Whoever buys it keeps the terms of that day.

    price is minor units, for the package or for one period. credits are visits of one person; with
    None they are unlimited. A package is good for valid_days after the day it is bought; with None
    it never expires. A membership is good for period_months at a time. form_key makes a form that
    is sent twice offer one.
    """

    class Kind(models.TextChoices):
        PACKAGE = "PACKAGE", _("Pass: a number of visits")
        CREDITS = "CREDITS", _("Membership: visits each period")
        UNLIMITED = "UNLIMITED", _("Membership: unlimited visits")

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="plans")
    services = models.ManyToManyField(Service, related_name="plans")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PACKAGE)
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=60)
    summary = models.CharField(max_length=200, blank=True)
    price = models.PositiveIntegerField(help_text=_("Minor units"))
    tax_rate = models.PositiveIntegerField(
        default=0,
        validators=[MaxValueValidator(5000)],
        help_text=_("Basis points: 1900 is 19 %"),
    )
    credits = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)]
    )
    valid_days = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(7)]
    )
    period_months = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    max_per_customer = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)]
    )
    hidden = models.BooleanField(default=False)
    retired_at = models.DateTimeField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    revision = models.PositiveIntegerField(default=1)
    form_key = models.CharField(max_length=43, unique=True, null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(name="plan_slug_once", fields=["business", "slug"]),
            models.CheckConstraint(
                name="unlimited_plan_counts_nothing",
                condition=Q(kind="UNLIMITED", credits__isnull=True)
                | (~Q(kind="UNLIMITED") & Q(credits__gte=1)),
            ),
            models.CheckConstraint(
                name="membership_has_a_period",
                condition=Q(kind="PACKAGE", period_months__isnull=True)
                | (~Q(kind="PACKAGE") & Q(period_months__gte=1, valid_days__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.name
