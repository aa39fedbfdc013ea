"""What a time zone and a currency must look like before they are stored."""

from zoneinfo import available_timezones

from babel.numbers import list_currencies
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

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
