"""What is taken off a price without any code (rule M14)."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.businesses.models import Business
from apps.catalog.models import Service


class Discount(models.Model):
    """value is minor units, or basis points for a share. It counts from starts_at until ends_at;
    without services it is good for all of them. form_key makes a form that is sent
    twice make one."""

    class Kind(models.TextChoices):
        AMOUNT = "AMOUNT", _("Amount off")
        PERCENT = "PERCENT", _("Percentage off")
        FIXED_PRICE = "FIXED_PRICE", _("Fixed price")

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="discounts")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=Kind)
    value = models.PositiveIntegerField()
    services = models.ManyToManyField(Service, blank=True, related_name="+")
    min_subtotal = models.PositiveIntegerField(default=0)
    min_people = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    form_key = models.CharField(max_length=43, unique=True, null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="discount_share_is_a_share",
                condition=~Q(kind="PERCENT") | Q(value__lte=10_000),
            ),
            models.CheckConstraint(
                name="discount_ends_after_it_starts",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
            ),
            models.CheckConstraint(name="discount_is_for_somebody", condition=Q(min_people__gte=1)),
        ]

    def __str__(self) -> str:
        return self.name
