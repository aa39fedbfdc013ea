"""The one place that turns times, dates, lengths and money into words.

Pages, mails and calendar files all call these functions, so that the time shown is the time kept
(rule T7). Every instant is aware, `zone` is the zone whose wall clock is
shown, `locale` is a BCP 47 tag such as "en-GB": it decides 12 or 24 hours and the order of a date.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.core import get_global, parse_locale
from babel.dates import format_date, format_interval, format_skeleton, get_timezone_location
from babel.numbers import format_currency
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.kernel.money import exponent

# English outside America writes the day first and no comma after the weekday ("Thu 26 Nov").
_DAY_FIRST = {
    "MMMEd": "EEE d MMM",
    "full": "EEEE d MMMM y",
    "MMMMd": "d MMMM",
}
_YEAR = re.compile(r"[\s,،]*('[^']*'\s*)?\by+\b(\s*'[^']*'\.?)?")
_MONTH_FIRST_REGIONS = frozenset({"", "US", "PH"})
_LETTER_THEN_DIGIT = re.compile(r"(?<=[A-Za-z])(?=\d)")  # "KWD1.500" wants a space (UTS 35)
_DECIMALS = re.compile(r"0(\.0+)?(?![0-9.#])")
_NARROW_SPACE = "\u202f"
NO_BREAK = "\u00a0"


@lru_cache(maxsize=64)
def locale_of(tag: str) -> Locale:
    """Babel's locale for "en-GB" or "en_GB"; English of Britain when the tag is not known."""
    try:
        return Locale.parse(tag.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        return Locale("en", "GB")


def to_wall(at: datetime, zone: ZoneInfo) -> datetime:
    """The instant as the zone's wall clock reads it; refuses a naive datetime."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be shown")
    return at.astimezone(UTC).astimezone(zone)


def is_repeated(at: datetime, zone: ZoneInfo) -> bool:
    """True when the same wall time happens twice on that date (rule T7)."""
    wall = to_wall(at, zone)
    twin = wall.replace(fold=1 - wall.fold)
    if twin.utcoffset() == wall.utcoffset():
        return False
    return twin.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None)


def zone_abbreviation(at: datetime, zone: ZoneInfo) -> str:
    """ "CEST", or "UTC+03" in a zone whose clock has no letters."""
    name = to_wall(at, zone).tzname() or ""
    return f"UTC{name}" if name[:1] in "+-" else name


@lru_cache(maxsize=4096)
def format_time(at: datetime, *, zone: ZoneInfo, locale: str, mark_repeats: bool = True) -> str:
    """ "10:15" or "10:15 am"; "01:30 CEST" when that wall time comes twice."""
    wall = to_wall(at, zone)
    text = _clock(wall.hour, wall.minute, locale)
    if mark_repeats and is_repeated(at, zone):
        return f"{text}{NO_BREAK}{zone_abbreviation(at, zone)}"
    return text


def format_day(on: date, *, locale: str, year: bool = False) -> str:
    """ "Thursday 26 November", with the year when asked."""
    return _skeleton(_plain(on), "full" if year else "full without year", locale)


def format_short_day(on: date, *, locale: str) -> str:
    """ "Thu 26 Nov"."""
    return _skeleton(_plain(on), "MMMEd", locale)


def format_weekday(on: date, *, locale: str, brief: bool = False) -> str:
    """ "Thursday", or "Thu" over a narrow column."""
    return _skeleton(_plain(on), "ccc" if brief else "cccc", locale)


def format_month_day(on: date, *, locale: str) -> str:
    """ "26 November", "November 26"."""
    return _skeleton(_plain(on), "MMMMd", locale)


def format_days(first: date, last: date, *, locale: str) -> str:
    """ "23 – 29 November", "November 23 – 29", "30 Nov – 6 Dec"."""
    babel = locale_of(locale)
    if babel.language != "en" or first.month != last.month:
        return format_interval(first, last, "MMMd", locale=babel)
    begin, end = (format_month_day(on, locale=locale) for on in (first, last))
    month_first = begin.endswith(str(first.day))
    return f"{begin} – {last.day}" if month_first else f"{first.day} – {end}"


def format_parts(marks: int) -> str:
    """ "morning and evening" for the three marks of a day (4 morning, 2 afternoon, 1 evening)."""
    names = ((4, _("morning")), (2, _("afternoon")), (1, _("evening")))
    return get_text_list([name for bit, name in names if marks & bit], _("and"))


@lru_cache(maxsize=4096)
def format_day_and_times(on: date, count: int, marks: int, locale: str, _language: str) -> str:
    """ "Thursday 26 November, 5 times, morning and evening"; remembered for each language."""
    name = format_day(on, locale=locale)
    if not count:
        return f"{name}, {_('no times')}"
    times = ngettext("%(n)s time", "%(n)s times", count) % {"n": count}
    return f"{name}, {times}, {format_parts(marks)}"


def split_clock(text: str) -> tuple[str, str]:
    """The digits of a worded time, and what stands behind them: "am", "CEST" or nothing."""
    digits, _blank, mark = text.partition(NO_BREAK)
    return digits, mark


def format_month(on: date, *, locale: str) -> str:
    """ "November"; "November 2026" is format_months of one month."""
    return _skeleton(_plain(on), "LLLL", locale)


def format_months(first: date, last: date, *, locale: str) -> str:
    """ "November 2026", or "Nov – Dec 2026" for a calendar that runs over the end of a month."""
    if (first.year, first.month) == (last.year, last.month):
        return _skeleton(_plain(first), "yMMMM", locale)
    start, end = (_skeleton(_plain(on), "LLL", locale) for on in (first, last))
    years = f" {first.year}" if first.year != last.year else ""
    return f"{start}{years} – {end} {last.year}"


def format_datetime(at: datetime, *, zone: ZoneInfo, locale: str) -> str:
    """ "Wed 25 Nov, 10:15"."""
    day = format_short_day(to_wall(at, zone).date(), locale=locale)
    return f"{day}, {format_time(at, zone=zone, locale=locale)}"


def format_weekday_time(at: datetime, *, zone: ZoneInfo, locale: str) -> str:
    """ "Thu 10:15": for times within the next six days, where the date would only be noise."""
    weekday = _skeleton(to_wall(at, zone).date(), "E", locale)
    return f"{weekday} {format_time(at, zone=zone, locale=locale)}"


def format_soon(
    at: datetime, *, now: datetime, zone: ZoneInfo, locale: str, inside: bool = False
) -> str:
    """ "Today 10:33" ("today 10:33" inside a sentence), "Thu 10:15" within six days,
    else "Tue 1 Dec 10:00".
    """
    day, today = to_wall(at, zone).date(), to_wall(now, zone).date()
    if day == today:
        words = _("today %(time)s") if inside else _("Today %(time)s")
        return words % {"time": format_time(at, zone=zone, locale=locale)}
    if timedelta(0) < day - today < timedelta(days=7):
        return format_weekday_time(at, zone=zone, locale=locale)
    return f"{format_short_day(day, locale=locale)} {format_time(at, zone=zone, locale=locale)}"


def format_ago(at: datetime, *, now: datetime) -> str:
    """ "3 h ago" in elapsed time, rounded down; "just now" under a minute."""
    minutes = int((now - at).total_seconds() // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:  # noqa: PLR2004 - minutes in an hour
        return _("%(n)s min ago") % {"n": minutes}
    hours = minutes // 60
    if hours < 48:  # noqa: PLR2004 - two days still read better in hours
        return _("%(n)s h ago") % {"n": hours}
    return _("%(n)s days ago") % {"n": hours // 24}


@lru_cache(maxsize=256)
def zone_label(zone: str, *, locale: str) -> str:
    """ "Berlin time" for "Europe/Berlin"; the bare name for a zone without a city."""
    if zone in {"UTC", "Etc/UTC"}:
        return "UTC"
    try:
        city = get_timezone_location(zone, locale=locale_of(locale), return_city=True)
    except LookupError:
        city = zone.rsplit("/", maxsplit=1)[-1].replace("_", " ")
    return _("%(city)s time") % {"city": city}


def format_duration(minutes: int) -> str:
    """ "45 min", "60 min", "1 h 30 min", "2 h": up to an hour people think in minutes."""
    hours, rest = divmod(minutes, 60)
    if minutes <= 60:  # noqa: PLR2004 - minutes in an hour
        return _("%(n)s min") % {"n": minutes}
    if not rest:
        return _("%(h)s h") % {"h": hours}
    return _("%(h)s h %(n)s min") % {"h": hours, "n": rest}


def format_brief_duration(minutes: int) -> str:
    """ "90 min" for narrow columns: hours only from two hours on."""
    if minutes < 120:  # noqa: PLR2004 - two hours
        return _("%(n)s min") % {"n": minutes}
    return format_duration(minutes)


@lru_cache(maxsize=1024)
def format_money(amount: int, currency: str, locale: str, *, signed: bool = False) -> str:
    """ "€48.00" for 4800 minor units; a true minus before the currency; "+ €5.00" when signed.

    The number of decimals is that of ISO 4217, which is what a bank charges: 500 JPY minor units
    are "¥500". CLDR's own number is less for thirteen currencies (it shows 990.50 RSD as 990).
    """
    digits = exponent(currency)
    value = Decimal(abs(amount)).scaleb(-digits)
    text = format_currency(
        value,
        currency,
        _money_pattern(locale, digits),
        locale=locale_of(locale),
        currency_digits=False,
    )
    text = _LETTER_THEN_DIGIT.sub(NO_BREAK, text)
    if amount < 0:
        return f"−{NO_BREAK}{text}"
    return f"+{NO_BREAK}{text}" if signed and amount else text


@lru_cache(maxsize=64)
def _money_pattern(tag: str, digits: int) -> str:
    """How the locale writes an amount ("¤#,##0.00"), with so many decimals."""
    plain = str(locale_of(tag).currency_formats["standard"].pattern)
    return _DECIMALS.sub("0" + "." * bool(digits) + "0" * digits, plain)


def _plain(on: date) -> date:
    return on.date() if isinstance(on, datetime) else on


@lru_cache(maxsize=4096)
def _skeleton(on: date, skeleton: str, tag: str) -> str:
    locale = locale_of(tag)
    pattern = _pattern(skeleton, locale)
    if pattern:
        return format_date(on, pattern, locale=locale)
    return format_skeleton(skeleton, datetime(on.year, on.month, on.day, tzinfo=UTC), locale=locale)


def _pattern(skeleton: str, locale: Locale) -> str:
    """The explicit pattern, or "" when Babel's table of skeletons knows better."""
    if skeleton == "full without year":
        return _YEAR.sub("", _pattern("full", locale))
    if locale.language == "en" and (locale.territory or "") not in _MONTH_FIRST_REGIONS:
        day_first = _DAY_FIRST.get(skeleton)
        if day_first:
            return day_first
    if skeleton == "full":
        return str(locale.date_formats["full"].pattern)
    return {"E": "ccc", "ccc": "ccc", "cccc": "cccc", "LLLL": "LLLL", "LLL": "LLL"}.get(
        skeleton, ""
    )


@lru_cache(maxsize=8192)
def _clock(hour: int, minute: int, tag: str) -> str:
    locale = locale_of(tag)
    pattern = locale.time_formats["short"]
    wall = datetime(2000, 1, 1, hour, minute, tzinfo=UTC)
    text = pattern.apply(wall, locale).replace(_NARROW_SPACE, NO_BREAK)
    if locale.language == "en":
        text = text.replace("AM", "am").replace("PM", "pm")
    return str(text)


def format_time_range(start: datetime, end: datetime, *, zone: ZoneInfo, locale: str) -> str:
    """ "10:15 – 11:00", "23:30 – Fri 27 Nov, 00:30": the words of format_ends."""
    return " – ".join(format_ends(start, end, zone=zone, locale=locale))


def format_ends(start: datetime, end: datetime, *, zone: ZoneInfo, locale: str) -> tuple[str, str]:
    """ "10:15" and "11:00", where the day of the start is read beside them.

    An end on a later day says which. Both are marked when one comes twice on its date or the clock
    changes between them (rule T7).
    """
    first, last = to_wall(start, zone), to_wall(end, zone)
    words = (format_time(at, zone=zone, locale=locale, mark_repeats=False) for at in (start, end))
    differ = first.utcoffset() != last.utcoffset()
    if differ or is_repeated(start, zone) or is_repeated(end, zone):
        marks = (zone_abbreviation(at, zone) for at in (start, end))
        words = (f"{text}{NO_BREAK}{mark}" for text, mark in zip(words, marks, strict=True))
    starts, ends = words
    if is_past_midnight(start, end, zone=zone):
        ends = f"{format_short_day(last.date(), locale=locale)}, {ends}"
    return starts, ends


def is_past_midnight(start: datetime, end: datetime, *, zone: ZoneInfo) -> bool:
    """Whether some of a span lies on a later day than its start. The end does not belong to the
    span, so 22:00 to 00:00 is one evening; from midnight to midnight both days are needed."""
    first, last = to_wall(start, zone), to_wall(end, zone)
    ends_at_midnight = not (last.hour or last.minute or last.second)
    is_one_evening = ends_at_midnight and last.date() - first.date() == timedelta(days=1)
    if is_one_evening and (first.hour or first.minute):
        return False
    return last.date() > first.date()


def format_time_beside(at: datetime, *, beside: datetime, zone: ZoneInfo, locale: str) -> str:
    """ "10:15" where the day of another instant is read beside it, "Fri 27 Nov, 00:30" when this
    one lies on another day."""
    if to_wall(at, zone).date() == to_wall(beside, zone).date():
        return format_time(at, zone=zone, locale=locale)
    return format_datetime(at, zone=zone, locale=locale)


def later_day(start: datetime, end: datetime, *, zone: ZoneInfo, locale: str) -> str:
    """ "Fri 27 Nov" when the end is past midnight, else nothing."""
    if not is_past_midnight(start, end, zone=zone):
        return ""
    return format_short_day(to_wall(end, zone).date(), locale=locale)


def format_until(start: datetime, end: datetime, *, zone: ZoneInfo, locale: str) -> str:
    """ "to 8:00", "to Fri 0:30 am", for narrow columns: an end behind its start needs no "am", but
    a repeated hour its mark (rule T7) and a later day its name."""
    text = format_time(end, zone=zone, locale=locale)
    if is_past_midnight(start, end, zone=zone):
        text = format_weekday_time(end, zone=zone, locale=locale)
    elif not is_repeated(end, zone):
        text = split_clock(text)[0]
    return _("to %(end)s") % {"end": text}


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
