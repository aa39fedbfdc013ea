"""On which day a week begins, as CLDR has it for the territory of a locale. 0 is Monday."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global, parse_locale

from apps.web.formatting import locale_of


@lru_cache(maxsize=64)
def week_starts_of(locale: str) -> int:
    """The first day of the week for "en-US" (6) or "de-AT" (0). A tag without a territory means
    the likeliest one, as CLDR does: "pt" is Brazil, where weeks begin on Sunday."""
    territory = _territory_of(locale)
    try:
        # By territory alone: what people speak does not move their weeks.
        return int(Locale.parse(f"und_{territory}").first_week_day)
    except (UnknownLocaleError, ValueError):
        return int(locale_of(locale).first_week_day)


def _territory_of(locale: str) -> str:
    try:
        language, territory = parse_locale(locale.replace("-", "_"))[:2]
    except ValueError:
        return ""
    likely = str(get_global("likely_subtags").get(language, ""))
    return territory or likely.rpartition("_")[2]
