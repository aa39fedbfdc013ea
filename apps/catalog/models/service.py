"""Services and how their price and length vary."""

from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.businesses.models import Business, Location
from apps.catalog.models.form import BookingForm
from apps.catalog.models.policy import BookingPolicy
from apps.catalog.pricing import tax_in, tax_on


class Category(models.Model):
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="categories")
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name_plural = "categories"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(name="category_slug_once", fields=["business", "slug"])
        ]

    def __str__(self) -> str:
        return self.name


class Service(models.Model):
    """Something offered. Lengths are minutes of elapsed time, prices are minor units."""

    class Kind(models.TextChoices):
        APPOINTMENT = "APPOINTMENT", _("Appointment")
        CLASS = "CLASS", _("Class")
        COURSE = "COURSE", _("Course")

    class PriceKind(models.TextChoices):
        FREE = "FREE", _("Free")
        FIXED = "FIXED", _("Fixed")
        VARIED = "VARIED", _("By variant")
        CUSTOM = "CUSTOM", _("On request")

    class Unanswered(models.TextChoices):
        REMIND = "REMIND", _("Remind us, and tell the customer")
        DECLINE = "DECLINE", _("Decline, and suggest other times")

    class Hue(models.TextChoices):
        GREEN = "GREEN", _("Green")
        COPPER = "COPPER", _("Copper")
        BLUE = "BLUE", _("Blue")
        VIOLET = "VIOLET", _("Violet")

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="services")
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.SET_NULL, related_name="services"
    )
    policy = models.ForeignKey(
        BookingPolicy, null=True, blank=True, on_delete=models.PROTECT, related_name="services"
    )
    form = models.ForeignKey(
        BookingForm, null=True, blank=True, on_delete=models.PROTECT, related_name="services"
    )
    locations = models.ManyToManyField(Location, blank=True, related_name="services")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.APPOINTMENT)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=80)
    summary = models.CharField(max_length=160, blank=True)
    description = models.TextField(max_length=7000, blank=True)
    duration_minutes = models.PositiveIntegerField(
        default=60, validators=[MinValueValidator(1), MaxValueValidator(44639)]
    )
    buffer_before_minutes = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(720)]
    )
    buffer_after_minutes = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(720)]
    )
    slot_step_minutes = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(5), MaxValueValidator(1440)]
    )
    capacity = models.PositiveIntegerField(default=1, validators=[MinValueValidator(1)])
    price_kind = models.CharField(max_length=8, choices=PriceKind, default=PriceKind.FIXED)
    price = models.PositiveIntegerField(default=0, help_text=_("Minor units"))
    price_text = models.CharField(max_length=50, blank=True)
    variant_prompt = models.CharField(max_length=80, blank=True)
    pays_in_person = models.BooleanField(default=True)
    pays_online = models.BooleanField(default=False)
    deposit = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("Minor units to pay online now; empty: no deposit")
    )
    full_upfront = models.BooleanField(default=True, help_text=_("Customers may pay in full"))
    any_amount = models.BooleanField(
        default=False, help_text=_("Customers may pay more than the deposit")
    )
    tax_rate = models.PositiveIntegerField(
        default=0,
        validators=[MaxValueValidator(5000)],
        help_text=_("Basis points: 1900 is 19 %"),
    )
    min_participants = models.PositiveSmallIntegerField(
        default=0,
        help_text=_("A class, course or day of appointments needs so many people; 0: none"),
    )
    decide_before_minutes = models.PositiveIntegerField(
        default=1440, help_text=_("How long before the start we decide whether enough have booked")
    )
    prorates = models.BooleanField(
        default=False, help_text=_("Who joins a course late pays for the sessions that are left")
    )
    requires_approval = models.BooleanField(default=False)
    allows_multiple_requests = models.BooleanField(default=False)
    unanswered = models.CharField(
        max_length=8,
        choices=Unanswered,
        default=Unanswered.REMIND,
        db_default="REMIND",
        verbose_name=_("when nobody answers a request in time"),
    )
    online = models.BooleanField(default=False, help_text=_("Happens by video, not at a place"))
    online_link = models.URLField(
        max_length=500,
        blank=True,
        validators=[URLValidator(schemes=["https"])],
        help_text=_("Where everybody joins; empty: typed for each booking"),
    )
    home_visit = models.BooleanField(
        default=False, help_text=_("Happens at the customer's address, which is then asked for")
    )
    arrival_note = models.CharField(
        max_length=160,
        blank=True,
        help_text=_("What to mind on the day; empty: the business's note, at its own place only"),
    )
    bookable_online = models.BooleanField(default=True)
    hidden = models.BooleanField(default=False)
    retired_at = models.DateTimeField(null=True, blank=True)
    hue = models.CharField(max_length=8, choices=Hue, default=Hue.GREEN)
    position = models.PositiveSmallIntegerField(default=0)
    revision = models.PositiveIntegerField(default=1)

    has_any_add_ons: bool | None = None
    """Active or not; set by the query that reads it along. None: nobody asked."""

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(name="service_slug_once", fields=["business", "slug"]),
            models.CheckConstraint(name="service_takes_time", condition=Q(duration_minutes__gte=1)),
            models.CheckConstraint(
                name="appointment_serves_one_booking",
                condition=~Q(kind="APPOINTMENT") | Q(capacity=1),
            ),
            models.CheckConstraint(
                name="deposit_is_paid_online",
                condition=Q(deposit__isnull=True) | Q(pays_online=True, deposit__gte=1),
            ),
            models.CheckConstraint(
                name="any_amount_starts_at_a_deposit",
                condition=Q(any_amount=False) | Q(deposit__isnull=False),
            ),
            models.CheckConstraint(
                name="only_a_price_is_paid_online",
                condition=Q(pays_online=False) | Q(price_kind__in=("FIXED", "VARIED")),
            ),
            models.CheckConstraint(
                name="home_visit_is_an_appointment_in_person",
                condition=Q(home_visit=False) | Q(kind="APPOINTMENT", online=False),
            ),
            models.CheckConstraint(
                name="many_requests_need_approval",
                condition=Q(allows_multiple_requests=False) | Q(requires_approval=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def all_locations(self) -> "tuple[Location, ...]":
        """Where it happens, in the owner's order; read once for each copy of the row."""
        return tuple(self.locations.all())

    @cached_property
    def all_variants(self) -> "tuple[Variant, ...]":
        """Its variants in the owner's order; read once for each copy of the row."""
        return tuple(self.variants.all())

    @property
    def is_at_business(self) -> bool:
        """Neither online nor at the customer's: it happens at one of the locations."""
        return not (self.online or self.home_visit)

    @property
    def tax_on_top(self) -> int:
        """The rate of tax that comes on top of its prices, in basis points; 0 where it is in
        them."""
        return 0 if self.business.prices_include_tax else self.tax_rate

    def without_tax(self, price: int) -> int:
        """A price as customers read it, as it is kept."""
        return price - tax_in(price, rate=self.tax_on_top)

    def with_tax(self, amount: int) -> int:
        """A price as it is kept, as customers read it: with the tax in it (rule M27)."""
        return amount + tax_on(amount, rate=self.tax_on_top)

    @property
    def buffer_before(self) -> timedelta:
        return timedelta(minutes=self.buffer_before_minutes)

    @property
    def buffer_after(self) -> timedelta:
        return timedelta(minutes=self.buffer_after_minutes)


class FormerServiceSlug(models.Model):
    """An address a service used before; it redirects for ever (rule B26)."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="former_slugs")
    slug = models.SlugField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="former_service_slug_once", fields=["business", "slug"])
        ]

    def __str__(self) -> str:
        return self.slug


class Variant(models.Model):
    """One priced choice of a service; a length of its own replaces the service's."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="variants")
    name = models.CharField(max_length=120)
    price = models.PositiveIntegerField(help_text=_("Minor units"))
    duration_minutes = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)]
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(name="variant_named_once", fields=["service", "name"])
        ]

    def __str__(self) -> str:
        return self.name


class AddOnGroup(models.Model):
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="add_on_groups")
    name = models.CharField(max_length=100)
    max_add_ons = models.PositiveSmallIntegerField(default=7)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class AddOn(models.Model):
    """An extra that may lengthen the appointment."""

    group = models.ForeignKey(AddOnGroup, on_delete=models.CASCADE, related_name="add_ons")
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=160, blank=True)
    price = models.PositiveIntegerField(help_text=_("Minor units"))
    duration_minutes = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(1440)]
    )
    active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name
