"""What makes something cheaper: a discount (rule M14), a code and its uses (rule M13)."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.businesses.models import Business
from apps.catalog.models import Service
from apps.checkout.models.order import Order


class Promotion(models.Model):
    """value is minor units, or basis points for a share. It counts from starts_at until ends_at;
    without services it is good for all of them. form_key makes a form that is sent twice make
    one."""

    class Kind(models.TextChoices):
        AMOUNT = "AMOUNT", _("Amount off")
        PERCENT = "PERCENT", _("Percentage off")
        FIXED_PRICE = "FIXED_PRICE", _("Fixed price")

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=Kind)
    value = models.PositiveIntegerField()
    services = models.ManyToManyField(Service, blank=True, related_name="+")
    min_subtotal = models.PositiveIntegerField(default=0)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    form_key = models.CharField(max_length=43, unique=True, null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_share_is_a_share",
                condition=~Q(kind="PERCENT") | Q(value__lte=10_000),
            )
        ]


class Discount(Promotion):
    """It counts by itself, also from how many people on."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="discounts")
    min_people = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])

    class Meta(Promotion.Meta):
        abstract = False
        constraints = [
            *Promotion.Meta.constraints,
            models.CheckConstraint(
                name="discount_ends_after_it_starts",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
            ),
            models.CheckConstraint(name="discount_is_for_somebody", condition=Q(min_people__gte=1)),
        ]

    def __str__(self) -> str:
        return self.name


class Coupon(Promotion):
    """A discount that has to be asked for by its code. used counts the orders that use it now."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="coupons")
    code = models.CharField(max_length=20)
    covers_plans = models.BooleanField(
        default=False, help_text=_("Plans can be bought with it as well")
    )
    max_uses = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    max_per_customer = models.PositiveIntegerField(
        null=True, blank=True, default=1, validators=[MinValueValidator(1)]
    )
    used = models.PositiveIntegerField(default=0)

    class Meta(Promotion.Meta):
        abstract = False
        constraints = [
            *Promotion.Meta.constraints,
            models.UniqueConstraint(name="coupon_code_once", fields=["business", "code"]),
            models.CheckConstraint(
                name="coupon_not_overused",
                condition=Q(max_uses__isnull=True) | Q(used__lte=F("max_uses")),
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
