"""Words of a span of time: both ends, both days. Zone and locale as in `apps.web.formatting`."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from apps.web import formatting


def format_time_range(start: datetime, end: datetime, *, zone: ZoneInfo, locale: str) -> str:
    """ "10:15 – 11:00", "23:30 – Fri 27 Nov, 00:30": the words of format_ends."""
    return " – ".join(format_ends(start, end, zone=zone, locale=locale))


def format_ends(start: datetime, end: datetime, *, zone: ZoneInfo, locale: str) -> tuple[str, str]:
    """ "10:15" and "11:00", where the day of the start is read beside them.

    An end on a later day says which. Both are marked when one comes twice on its date or the clock
    changes between them (rule T7).
    """
    first, last = formatting.to_wall(start, zone), formatting.to_wall(end, zone)
    words = (
        formatting.format_time(at, zone=zone, locale=locale, mark_repeats=False)
        for at in (start, end)
    )
    differ = first.utcoffset() != last.utcoffset()
    if differ or formatting.is_repeated(start, zone) or formatting.is_repeated(end, zone):
        marks = (formatting.zone_abbreviation(at, zone) for at in (start, end))
        words = (
            f"{text}{formatting.NO_BREAK}{mark}" for text, mark in zip(words, marks, strict=True)
        )
    starts, ends = words
    if is_past_midnight(start, end, zone=zone):
        ends = f"{formatting.format_short_day(last.date(), locale=locale)}, {ends}"
    return starts, ends


def is_past_midnight(start: datetime, end: datetime, *, zone: ZoneInfo) -> bool:
    """Whether some of a span lies on a later day than its start. The end does not belong to the
    span, so 22:00 to 00:00 is one evening; from midnight to midnight both days are needed."""
    first, last = formatting.to_wall(start, zone), formatting.to_wall(end, zone)
    ends_at_midnight = not (last.hour or last.minute or last.second)
    is_one_evening = ends_at_midnight and last.date() - first.date() == timedelta(days=1)
    if is_one_evening and (first.hour or first.minute):
        return False
    return last.date() > first.date()


def format_time_beside(at: datetime, *, beside: datetime, zone: ZoneInfo, locale: str) -> str:
    """ "10:15" where the day of another instant is read beside it, "Fri 27 Nov, 00:30" when this
    one lies on another day."""
    if formatting.to_wall(at, zone).date() == formatting.to_wall(beside, zone).date():
        return formatting.format_time(at, zone=zone, locale=locale)
    return formatting.format_datetime(at, zone=zone, locale=locale)


def later_day(start: datetime, end: datetime, *, zone: ZoneInfo, locale: str) -> str:
    """ "Fri 27 Nov" when the end is past midnight, else nothing."""
    if not is_past_midnight(start, end, zone=zone):
        return ""
    return formatting.format_short_day(formatting.to_wall(end, zone).date(), locale=locale)


def format_until(start: datetime, end: datetime, *, zone: ZoneInfo, locale: str) -> str:
    """ "to 8:00", "to Fri 0:30 am", for narrow columns: an end behind its start needs no "am", but
    a repeated hour its mark (rule T7) and a later day its name."""
    text = formatting.format_time(end, zone=zone, locale=locale)
    if is_past_midnight(start, end, zone=zone):
        text = formatting.format_weekday_time(end, zone=zone, locale=locale)
    elif not formatting.is_repeated(end, zone):
        text = formatting.split_clock(text)[0]
    return _("to %(end)s") % {"end": text}
