"""Template words of the product: times, dates, money and icons, all through `apps.web.formatting`.

Zone and locale come from the template context (`zone`, `locale`), set once by the view, so that a
page cannot mix two clocks. Without them the current time zone and language of Django are used.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django import template
from django.forms import BoundField
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.web import formatting
from apps.web.axis import Axis
from apps.web.phones import link_of_phone

ICONS = {
    "agenda": "M5 3h10v14H5zM7.5 3v14M10 7h3M10 10h3",
    "alert": "M10 3.5 17.5 16.5h-15zM10 8.5v3.5M10 14.2v.1",
    "back": "M12 5 7 10l5 5",
    "calendar": "M3.5 5h13v11.5h-13zM3.5 8.5h13M7 3v3.5M13 3v3.5",
    "card": "M3 5h14v10.5H3zM3 8.5h14M5.5 12.5H8",
    "check": "m4.5 10.5 3.5 3.5 7.5-8",
    "down": "m5.5 8 4.5 4.5L14.5 8",
    "gift": "M3.5 9.5h13v7h-13zM2.5 6h15v3.5h-15zM10 6v10.5M10 6 7 3M10 6l3-3",
    "inbox": "M3.5 11.5 6 4.5h8l2.5 7v4h-13zM3.5 11.5h4l1 2h3l1-2h4",
    "leave": "M8.5 4.5h-4v11h4M8 10h8.5M13.5 7l3 3-3 3",
    "mail": "M3 5h14v10.5H3zM3.5 5.5 10 11l6.5-5.5",
    "minus": "M5 10h10",
    "next": "m8 5 5 5-5 5",
    "open": "M9 4.5H4.5v11h11V11M12 4h4v4M16 4l-6.5 6.5",
    "lock": "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9M10 12v2",
    "people": "M8 9.5a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5zM3 16v-1c0-2 1.8-3 5-3s5 1 5 3v1"
    "M12.5 4.2a2.7 2.7 0 0 1 0 5.2M14.5 12.4c1.6.4 2.5 1.2 2.5 2.6v1",
    "pin": "M10 17.5s5-4.6 5-9a5 5 0 0 0-10 0c0 4.4 5 9 5 9z"
    "M10 10.2a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z",
    "phone": "M5 3.5h3l1.2 3.8-1.9 1.3a9.5 9.5 0 0 0 4.1 4.1l1.3-1.9 3.8 1.2v3c0 .8-.7 1.5-1.5 1.5"
    "A11.5 11.5 0 0 1 3.5 5c0-.8.7-1.5 1.5-1.5z",
    "plus": "M10 5v10M5 10h10",
    "share": "M10 12V3.5M6.8 6.5 10 3.3l3.2 3.2M5.5 9.5h-1v7h11v-7h-1",
    "search": "M9 14a5 5 0 1 0 0-10 5 5 0 0 0 0 10zM12.8 12.8 16.5 16.5",
    "tag": "M3.5 10.5v-7h7l6.5 6.5-7 7zM7 6.9v.1",
    "switch": "M4 7h11l-3-3M16 13H5l3 3",
}
TURNS_WITH_DIRECTION = frozenset({"back", "next", "leave", "open"})
register = template.Library()
LONG_ADDRESS = 28
"""Letters of an address that may be wider than the line of a phone."""


class Amount(Protocol):
    """Anything with minor units and a currency code, such as `apps.kernel.money.Money`."""

    @property
    def amount(self) -> int: ...
    @property
    def currency(self) -> str: ...


def _zone(context: Context) -> ZoneInfo:
    zone = context.get("zone")
    if isinstance(zone, ZoneInfo):
        return zone
    return ZoneInfo(str(zone) if zone else timezone.get_current_timezone_name())


def _locale(context: Context) -> str:
    return str(context.get("locale") or get_language() or "en-GB")


def _on(context: Context, value: date) -> date:
    if isinstance(value, datetime):
        return formatting.to_wall(value, _zone(context)).date()
    return value


@register.simple_tag(takes_context=True)
def clock(context: Context, at: datetime) -> str:
    """ "10:15", with its abbreviation when that wall time comes twice."""
    return formatting.format_time(at, zone=_zone(context), locale=_locale(context))


@register.simple_tag(takes_context=True)
def bare_clock(context: Context, at: datetime) -> str:
    """ "10:15" without abbreviation, for a slot that writes it on a line of its own."""
    return formatting.format_time(
        at, zone=_zone(context), locale=_locale(context), mark_repeats=False
    )


@register.simple_tag(takes_context=True)
def repeat_mark(context: Context, at: datetime) -> str:
    """ "CEST" when the wall time comes twice on that date, else nothing (rule T7)."""
    zone = _zone(context)
    return formatting.zone_abbreviation(at, zone) if formatting.is_repeated(at, zone) else ""


@register.simple_tag(takes_context=True)
def clock_beside(context: Context, at: datetime, beside: datetime | None = None) -> str:
    """ "10:15", or "Fri 27 Nov, 00:30" on another day than the one that is read beside it: the
    day of an instant, else today as `now` of the context has it."""
    near = beside or context.get("now") or timezone.now()
    return formatting.format_time_beside(
        at, beside=near, zone=_zone(context), locale=_locale(context)
    )


@register.simple_tag(takes_context=True)
def clock_range(context: Context, start: datetime, end: datetime) -> str:
    """ "10:15 – 11:00", "23:30 – Fri 27 Nov, 00:30"."""
    return formatting.format_time_range(start, end, zone=_zone(context), locale=_locale(context))


@register.simple_tag(takes_context=True)
def later_day(context: Context, start: datetime, end: datetime) -> str:
    """ "Fri 27 Nov" when the end is past midnight, else nothing."""
    return formatting.later_day(start, end, zone=_zone(context), locale=_locale(context))


@register.simple_tag(takes_context=True)
def big_clock(context: Context, at: datetime) -> SafeString:
    """ "7:00 am" with the small mark behind it in an element of its own."""
    text = formatting.format_time(at, zone=_zone(context), locale=_locale(context))
    digits, mark = formatting.split_clock(text)
    return format_html("{}<small>&nbsp;{}</small>", digits, mark) if mark else SafeString(digits)


@register.simple_tag(takes_context=True)
def until_clock(context: Context, start: datetime, end: datetime) -> str:
    """ "to 8:00", "to Fri 0:30 am"."""
    return formatting.format_until(start, end, zone=_zone(context), locale=_locale(context))


@register.simple_tag(takes_context=True)
def weekday(context: Context, value: date, *, brief: bool = False) -> str:
    """ "Thursday" or "Thu"."""
    return formatting.format_weekday(_on(context, value), locale=_locale(context), brief=brief)


@register.simple_tag(takes_context=True)
def month_day(context: Context, value: date) -> str:
    """ "26 November"."""
    return formatting.format_month_day(_on(context, value), locale=_locale(context))


@register.simple_tag(takes_context=True)
def days_words(context: Context, first: date, last: date) -> str:
    """ "23 – 29 November"."""
    return formatting.format_days(first, last, locale=_locale(context))


@register.simple_tag(takes_context=True)
def day(context: Context, value: date) -> str:
    """ "Thursday 26 November" for a date, or for an instant on the page's clock."""
    return formatting.format_day(_on(context, value), locale=_locale(context))


@register.simple_tag(takes_context=True)
def day_and_year(context: Context, value: date) -> str:
    """ "Thursday 26 November 2026"."""
    return formatting.format_day(_on(context, value), locale=_locale(context), year=True)


@register.simple_tag(takes_context=True)
def short_day(context: Context, value: date) -> str:
    """ "Thu 26 Nov"."""
    return formatting.format_short_day(_on(context, value), locale=_locale(context))


@register.simple_tag(takes_context=True)
def month_word(context: Context, value: date) -> str:
    """ "November"."""
    return formatting.format_month(_on(context, value), locale=_locale(context))


@register.simple_tag(takes_context=True)
def months_words(context: Context, first: date, last: date) -> str:
    """ "November 2026" or "Nov – Dec 2026"."""
    return formatting.format_months(first, last, locale=_locale(context))


@register.simple_tag(takes_context=True)
def day_and_times(context: Context, on: date, count: int, marks: int) -> str:
    """ "Thursday 26 November, 5 times, morning and evening": the name of a day in a calendar.

    One tag, because a calendar has fifty of them.
    """
    return formatting.format_day_and_times(on, count, marks, _locale(context), get_language() or "")


@register.simple_tag(takes_context=True)
def moment(context: Context, at: datetime) -> str:
    """ "Wed 25 Nov, 10:15"."""
    return formatting.format_datetime(at, zone=_zone(context), locale=_locale(context))


@register.simple_tag(takes_context=True)
def soon(
    context: Context, at: datetime, *, inside: bool = False, zone: ZoneInfo | None = None
) -> str:
    """ "Today 10:33", "Thu 10:15" or "Tue 1 Dec 10:00", seen from `now` of the context.

    zone is another clock than the page's, for what happens elsewhere.
    """
    now = context.get("now") or timezone.now()
    return formatting.format_soon(
        at, now=now, zone=zone or _zone(context), locale=_locale(context), inside=inside
    )


@register.simple_tag(takes_context=True)
def ago(context: Context, at: datetime) -> str:
    """ "3 h ago", seen from `now` of the context."""
    return formatting.format_ago(at, now=context.get("now") or timezone.now())


@register.simple_tag(takes_context=True)
def zone_words(context: Context) -> str:
    """ "Berlin time"."""
    return formatting.zone_label(_zone(context).key, locale=_locale(context))


@register.simple_tag(takes_context=True)
def there(context: Context, at: datetime, name: str) -> str:
    """ "10:00 Lisbon time" for what happens where another clock hangs than the page's, with the day
    when that is another one too; "" where the clock is the same."""
    if not name or name == _zone(context).key:
        return ""
    locale, zone = _locale(context), ZoneInfo(name)
    same_day = formatting.to_wall(at, zone).date() == formatting.to_wall(at, _zone(context)).date()
    told = formatting.format_time if same_day else formatting.format_datetime
    words = told(at, zone=zone, locale=locale)
    return f"{words} {formatting.zone_label(name, locale=locale)}"


@register.simple_tag(takes_context=True)
def other_zone(context: Context, zone: ZoneInfo) -> str:
    """ "Lisbon time" for a clock that is another one than the page's, else nothing."""
    if zone.key == _zone(context).key:
        return ""
    return formatting.zone_label(zone.key, locale=_locale(context))


@register.simple_tag(takes_context=True)
def money(context: Context, amount: Amount) -> str:
    """ "€48.00" for minor units with a currency."""
    return formatting.format_money(amount.amount, amount.currency, _locale(context))


@register.simple_tag(takes_context=True)
def minor(context: Context, amount: int, currency: str) -> str:
    """ "€48.00" for plain minor units and a currency."""
    return formatting.format_money(amount, currency, _locale(context))


@register.simple_tag(takes_context=True)
def extra_money(context: Context, amount: Amount) -> str:
    """ "+ €5.00": what is added to a price."""
    return formatting.format_money(amount.amount, amount.currency, _locale(context), signed=True)


@register.simple_tag(takes_context=True)
def axis_around(context: Context, lanes: Iterable[Any]) -> Axis | None:
    """The hours that hold every lane's `cells`, their `hours` and their `rows` (all .starts_at,
    .ends_at); None when there is nothing to draw.
    """
    cells = [cell for lane in lanes for cell in lane.cells]
    spans = [span for cell in cells for span in (cell.hours, *cell.rows)]
    instants = [at for span in spans for at in (span.starts_at, span.ends_at) if at]
    return Axis.around(instants, zone=_zone(context))


@register.simple_tag
def offset(axis: Axis, start: datetime, end: datetime | None = None) -> str:
    """The position classes of a span, or of a moment, in a day drawn to scale."""
    return axis.offset(start, end or start)


@register.filter
def shows(axis: Axis, at: datetime) -> bool:
    """Whether the moment lies in the hours that are drawn."""
    return axis.shows(at)


@register.filter
def minutes(value: int) -> str:
    """ "1 h 30 min" for 90."""
    return formatting.format_duration(value)


@register.filter
def brief_minutes(value: int) -> str:
    """ "90 min" for 90, in narrow columns."""
    return formatting.format_brief_duration(value)


@register.filter
def counted(number: int) -> str:
    """ "Two" to "Nine" at the start of a sentence, else the figure."""
    words = {2: _("Two"), 3: _("Three"), 4: _("Four"), 5: _("Five")}
    words |= {6: _("Six"), 7: _("Seven"), 8: _("Eight"), 9: _("Nine")}
    return words.get(number, str(number))


@register.filter
def whole_address(address: str) -> str:
    """ "k…@example.com" on one line, not cut behind its "…"; a long one breaks behind its @."""
    local, at, domain = address.partition("@")
    words = (
        format_html("{}{}<wbr>{}", local, at, domain) if len(address) > LONG_ADDRESS else address
    )
    return format_html('<span class="whole">{}</span>', words)


@register.filter
def phone_link(phone: str) -> str:
    """ "tel:2075550118" for "(207) 555-0118", as the address of a link."""
    return link_of_phone(phone)


@register.filter
def left_words(places: int) -> str:
    """ "5 left"; a filter, because a week has two hundred of them."""
    return _("%(left)s left") % {"left": places}


@register.filter
def iso(value: date) -> str:
    """Machine-readable form for `<time datetime>`: the instant in UTC, or the date."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat()


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An inline line icon for the eye only; the words beside it carry the meaning."""
    turns = "turns" if name in TURNS_WITH_DIRECTION else ""
    classes = " ".join(part for part in ("icon", size, turns) if part)
    return format_html(
        '<svg class="{}" viewBox="0 0 20 20" aria-hidden="true"><path d="{}"/></svg>',
        classes,
        ICONS[name],
    )


@register.inclusion_tag("components/_field.html")
def field(bound: BoundField, **extra: Any) -> dict[str, Any]:
    """Label, hint, error and control of one form field; `extra` goes to the template as it is."""
    return {"field": bound, "kind": "hidden" if bound.is_hidden else bound.widget_type, **extra}
