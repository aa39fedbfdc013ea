"""Time zones by names that people know: the city, and the country it is in."""

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from zoneinfo import available_timezones

from babel.core import get_global
from babel.dates import get_timezone_location

from apps.web.formatting import locale_of

COMMON = (
    *("Europe/London", "Europe/Lisbon", "Europe/Berlin", "Europe/Paris", "Europe/Athens"),
    *("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
    *("America/Sao_Paulo", "Africa/Johannesburg", "Asia/Dubai", "Asia/Kolkata"),
    *("Asia/Singapore", "Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland"),
)
MAX_FOUND = 40


@dataclass(frozen=True, slots=True)
class ZoneName:
    """An IANA name with its city and country in the reader's language."""

    name: str
    city: str
    country: str


@cache
def known_zones() -> frozenset[str]:
    """The names of the pinned tzdata."""
    return frozenset(available_timezones())


def name_of_zone(name: str, *, locale: str) -> ZoneName:
    """The words for a known zone."""
    babel = locale_of(locale)
    territory = str(get_global("zone_territories").get(name, ""))
    country = str(babel.territories.get(territory, "")) if territory != "001" else ""
    city = get_timezone_location(name, locale=babel, return_city=True)
    return ZoneName(name, str(city), country)


@lru_cache(maxsize=16)
def _all_names(locale: str) -> tuple[ZoneName, ...]:
    territories = get_global("zone_territories")
    wanted = (it for it in sorted(known_zones()) if "/" in it and it in territories)
    return tuple(name_of_zone(it, locale=locale) for it in wanted)


def find_zones(words: str, *, locale: str) -> list[ZoneName]:
    """The zones whose city, country or IANA name has these words in it, those whose city begins
    with them first; the common ones without any words. "Sao Paulo" and "São Paulo" are the same."""
    wanted = _plain(words.strip())
    if not wanted:
        return [name_of_zone(it, locale=locale) for it in COMMON]
    exact = next((it for it in known_zones() if _plain(it) == wanted), None)
    if exact is not None:
        return [name_of_zone(exact, locale=locale)]
    found = [it for it in _all_names(locale) if _has(it, wanted)]
    found.sort(key=lambda it: (not _plain(it.city).startswith(wanted), it.city))
    return found[:MAX_FOUND]


def _has(zone: ZoneName, wanted: str) -> bool:
    return any(wanted in _plain(it) for it in (zone.city, zone.country, zone.name))


@lru_cache(maxsize=8192)
def _plain(text: str) -> str:
    """Without accents and underscores, in small letters: as it is typed on any keyboard."""
    letters = unicodedata.normalize("NFKD", text.replace("_", " "))
    return "".join(it for it in letters if not unicodedata.combining(it)).casefold()
