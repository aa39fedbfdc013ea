"""Codes that make something cheaper, and who has used them (rule M13)."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.businesses.models import Business
from apps.catalog.models import Service
from apps.checkout.models.order import Order


class Coupon(models.Model):
    """value is minor units, or basis points for a share. used counts the orders that use it now.
    form_key makes a form that is sent twice make one."""

    class Kind(models.TextChoices):
        AMOUNT = "AMOUNT", _("Amount off")
        PERCENT = "PERCENT", _("Percentage off")
        FIXED_PRICE = "FIXED_PRICE", _("Fixed price")

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="coupons")
    name = models.CharField(max_length=80)
    code = models.CharField(max_length=20)
    kind = models.CharField(max_length=12, choices=Kind)
    value = models.PositiveIntegerField()
    services = models.ManyToManyField(Service, blank=True, related_name="+")
    covers_plans = models.BooleanField(
        default=False, help_text=_("Plans can be bought with it as well")
    )
    min_subtotal = models.PositiveIntegerField(default=0)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    max_uses = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    max_per_customer = models.PositiveIntegerField(
        null=True, blank=True, default=1, validators=[MinValueValidator(1)]
    )
    used = models.PositiveIntegerField(default=0)
    form_key = models.CharField(max_length=43, unique=True, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="coupon_code_once", fields=["business", "code"]),
            models.CheckConstraint(
                name="coupon_not_overused",
                condition=Q(max_uses__isnull=True) | Q(used__lte=F("max_uses")),
            ),
            models.CheckConstraint(
                name="coupon_share_is_a_share", condition=~Q(kind="PERCENT") | Q(value__lte=10_000)
            ),
        ]

    def __str__(self) -> str:
        return self.code


class CouponUse(models.Model):
    """One order that uses a coupon. mailbox is the customer's, normalised; number tells the uses of
    one mailbox apart, so that the database counts them too."""

    coupon = models.ForeignKey(Coupon, on_delete=models.CASCADE, related_name="uses")
    order = models.OneToOneField(Order, on_delete=models.CASCADE, related_name="coupon_use")
    mailbox = models.CharField(max_length=254)
    number = models.PositiveIntegerField()
    amount = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="coupon_use_is_numbered", fields=["coupon", "mailbox", "number"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.coupon_id} {self.order_id}"
