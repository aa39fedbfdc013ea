"""The picker in words and cells: the lines above it, its days as a strip and a month, and the
chosen day in groups of slots (templates/bookings/_calendar.html, _day.html)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.availability.engine.slots import DayParts, Slot
from apps.bookings.policy import is_free_now
from apps.bookings.queries.days import Days, starts_at
from apps.bookings.queries.offered import policy_of
from apps.bookings.ways import ways_beforehand
from apps.bookings.wording import (
    beforehand_words,
    cancel_words,
    moving_words,
    no_times_words,
    pay_words,
    price_words,
    rebooking_words,
    sign_in_words,
)
from apps.catalog.models import Service
from apps.catalog.queries import Choice
from apps.kernel.spans import DAY, WEEK, Period, days_in_order, first_period, week_start
from apps.web import formatting
from apps.web.formatting import locale_of, week_starts_of

NOON, EVENING = 12, 17
Value = Callable[[int], str]
Address = Callable[..., str]
MARK_MORNING, MARK_AFTERNOON, MARK_EVENING = 4, 2, 1


@dataclass(frozen=True, slots=True)
class SlotButton:
    """value is what the button sends; other_zone says the venue's time where its date differs."""

    value: str
    starts_at: datetime
    other_zone: str = ""


@dataclass(frozen=True, slots=True)
class SlotGroup:
    label: str
    slots: tuple[SlotButton, ...]


@dataclass(frozen=True, slots=True)
class NearDay:
    on: date
    url: str
    count: int


@dataclass(frozen=True, slots=True)
class Day:
    on: date | None
    groups: tuple[SlotGroup, ...]
    reason: str
    near: tuple[NearDay, ...]

    @property
    def count(self) -> int:
        return sum(len(group.slots) for group in self.groups)


def day_of(
    *, days: Days, venue: ZoneInfo, locale: str, value: Value, address: Callable[..., str]
) -> Day:
    """Word the chosen day. value(start) makes what a slot button sends."""
    on = days.chosen or (None if not days.slots else days.today)
    return Day(
        on=on,
        groups=_groups(
            buttons(days.slots, zone=days.zone, venue=venue, locale=locale, value=value)
            if on
            else (),
            days.zone,
        ),
        reason=no_times_words(days.reasons, zone=days.zone, locale=locale) if days.reasons else "",
        near=tuple(NearDay(it, address(date=it.isoformat()), days.count(it)) for it in days.near),
    )


def buttons(
    slots: Iterable[Slot], *, zone: ZoneInfo, venue: ZoneInfo, locale: str, value: Value
) -> tuple[SlotButton, ...]:
    """Make the buttons of some slots for a page whose clock is zone."""
    return tuple(
        SlotButton(
            value=value(slot.start),
            starts_at=starts_at(slot),
            other_zone=_elsewhere(starts_at(slot), zone, venue, locale),
        )
        for slot in slots
    )


def _elsewhere(at: datetime, zone: ZoneInfo, venue: ZoneInfo, locale: str) -> str:
    if zone.key == venue.key or at.astimezone(zone).date() == at.astimezone(venue).date():
        return ""
    return formatting.format_weekday_time(at, zone=venue, locale=locale)


def _groups(slots: Sequence[SlotButton], zone: ZoneInfo) -> tuple[SlotGroup, ...]:
    hours = [(slot, slot.starts_at.astimezone(zone).hour) for slot in slots]
    named = (
        (_("Morning"), range(NOON)),
        (_("Afternoon"), range(NOON, EVENING)),
        (_("Evening"), range(EVENING, 24)),
    )
    groups = (
        SlotGroup(name, tuple(it for it, hour in hours if hour in part)) for name, part in named
    )
    return tuple(group for group in groups if group.slots)


def words_for_ear(day: Day, *, locale: str) -> str:
    """ "12 times on Wednesday 9 December": what the live region says after a swap."""
    if day.on is None:
        return _("No times")
    return _("%(count)s times on %(day)s") % {
        "count": day.count,
        "day": formatting.format_day(day.on, locale=locale),
    }


@dataclass(frozen=True, slots=True)
class Cell:
    """One day; marks are 4 for the morning, 2 for the afternoon, 1 for the evening."""

    on: date
    url: str | None
    count: int
    marks: int
    is_chosen: bool
    is_today: bool
    weekday: str
    month_word: str


@dataclass(frozen=True, slots=True)
class Weekday:
    short: str
    full: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """Addresses are None where there is nothing to go to: "Earlier" is left out, not greyed."""

    first: date
    last: date
    strip_on: date
    strip: tuple[Cell, ...]
    weekdays: tuple[Weekday, ...]
    weeks: tuple[tuple[Cell | None, ...], ...]
    earlier_url: str | None
    later_url: str | None
    strip_earlier_url: str | None
    strip_later_url: str | None
    month_url: str
    open: bool


def calendar_of(*, days: Days, locale: str, address: Address, whole_month: bool) -> Calendar:
    """Lay the days out. address(**extra) makes the link of a picker with that query."""
    period, strip = days.period, days.strip
    starts = week_starts_of(locale)
    current = first_period(days.today, week_starts=starts)
    view = {"view": "month"} if whole_month else {}
    earlier = max(days.today, (period.first - DAY).replace(day=1))
    shorts = locale_of(locale).days["stand-alone"]["short"]
    fulls = locale_of(locale).days["stand-alone"]["wide"]
    order = days_in_order(week_starts=starts)
    month = {"month": f"{earlier:%Y-%m}", **view}
    here = {"date": days.chosen.isoformat()} if days.chosen else {}
    before, after = strip.first - timedelta(days=WEEK), strip.last + DAY
    return Calendar(
        first=period.first,
        last=period.last,
        strip_on=days.chosen if days.chosen and days.chosen in strip else strip.first,
        strip=tuple(_cell(on, days, locale, address) for on in _dates(strip)),
        weekdays=tuple(Weekday(shorts[it], fulls[it]) for it in order),
        weeks=_weeks(days, starts, locale, address),
        earlier_url=address(**month) if period.first > current.first else None,
        later_url=address(month=f"{period.last + DAY:%Y-%m}", **view)
        if period.last < days.horizon
        else None,
        strip_earlier_url=address(week=before.isoformat()) if before >= days.today else None,
        strip_later_url=address(week=after.isoformat()) if after <= days.horizon else None,
        month_url=address(**here) if whole_month else address(**here, view="month"),
        open=whole_month,
    )


def _weeks(
    days: Days, starts: int, locale: str, address: Address
) -> tuple[tuple[Cell | None, ...], ...]:
    period = days.period
    first = week_start(period.first, week_starts=starts)
    count = ((period.last - first).days // WEEK) + 1
    return tuple(
        tuple(
            _cell(on, days, locale, address) if on in period else None
            for on in _dates(Period(begin, begin + timedelta(days=WEEK - 1)))
        )
        for begin in (first + timedelta(days=WEEK * it) for it in range(count))
    )


def _cell(on: date, days: Days, locale: str, address: Address) -> Cell:
    parts = days.parts.get(on, DayParts())
    babel = locale_of(locale)
    is_first = on.day == 1 and on.month != days.period.first.month
    return Cell(
        on=on,
        url=address(date=on.isoformat()) if parts.total else None,
        count=parts.total,
        marks=MARK_MORNING * bool(parts.morning)
        + MARK_AFTERNOON * bool(parts.afternoon)
        + MARK_EVENING * bool(parts.evening),
        is_chosen=on == days.chosen,
        is_today=on == days.today,
        weekday=babel.days["stand-alone"]["short"][on.weekday()],
        month_word=babel.months["stand-alone"]["abbreviated"][on.month] if is_first else "",
    )


def _dates(period: Period) -> list[date]:
    return [
        period.first + timedelta(days=it) for it in range((period.last - period.first).days + 1)
    ]


@dataclass(frozen=True, slots=True)
class StaffOption:
    value: str
    label: str
    chosen: bool


def facts_words(choice: Choice, *, says_where: bool = True) -> str:
    """ "45 min, €48.00", and the place where there are several."""
    price = price_words(
        amount=choice.price.total,
        text=choice.price.text,
        currency=choice.price.currency,
        locale=choice.service.business.locale,
    )
    parts = [formatting.format_duration(choice.duration_minutes), price]
    if choice.variant is not None and choice.service.price_kind == Service.PriceKind.VARIED:
        parts.insert(0, choice.variant.name)
    parts += [add_on.name for add_on in choice.add_ons]
    if says_where and choice.location is not None and choice.has_other_places:
        parts.append(choice.location.name)
    return ", ".join(parts)


def staff_options(choice: Choice) -> list[StaffOption]:
    """Anyone first, then the team; nothing when there is nobody to choose between."""
    if len(choice.staff) < 2:  # noqa: PLR2004 - one person is no choice
        return []
    anyone = StaffOption("", _("Any available"), choice.chosen_staff is None)
    return [
        anyone,
        *(
            StaffOption(str(it.resource_id), it.short_name, it == choice.chosen_staff)
            for it in choice.staff
        ),
    ]


def policy_words(choice: Choice) -> str:
    """ "Free cancellation up to 24 hours before. You pay at the salon." """
    policy = policy_of(choice.policy)
    pay = pay_words(choice.service, amount=choice.price.total)
    often = rebooking_words(choice.policy)
    said = (beforehand_words(policy, kind=choice.service.kind), often, pay)
    return " ".join(it for it in said if it)


def policy_words_of_day(
    choice: Choice, starts: Sequence[datetime], *, now: datetime, zone: ZoneInfo
) -> str:
    """The same for the times (UTC) that a page shows: those that are too near to be cancelled are
    not told to be free."""
    policy = policy_of(choice.policy)
    near = [at for at in starts if not is_free_now(policy=policy, starts_at=at, now=now)]
    if not policy.cancel_allowed or not near:
        return policy_words(choice)
    pay = pay_words(choice.service, amount=choice.price.total)
    kind = choice.service.kind
    by_cancel, by_move = ways_beforehand(policy, kind=kind)
    said = (
        moving_words(policy, kind=kind),
        sign_in_words(cancel=by_cancel, move=by_move),
        rebooking_words(choice.policy),
        pay,
    )
    rest = " ".join(it for it in said if it)
    if len(near) == len(starts):
        cancel = _("These times are too soon for free cancellation.")
        return f"{cancel} {rest}".strip()
    first = min(at for at in starts if at not in near)
    when = formatting.format_time(first, zone=zone, locale=choice.service.business.locale)
    sooner = _("Times before %(when)s are too soon for that.") % {"when": when}
    return f"{cancel_words(policy)} {sooner} {rest}".strip()


def visitor_note(*, service: Service, theirs: str, venue: ZoneInfo, at: datetime) -> str:
    """ "It is 3 hours earlier where you are.", when the visitor's clock differs from the venue's.

    theirs is the name a cookie gives, so it may be anything.
    """
    if service.online or not theirs:
        return ""
    try:
        offset = at.astimezone(ZoneInfo(theirs)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ""
    there = at.astimezone(venue).utcoffset()
    if offset is None or there is None or offset == there:
        return ""
    minutes = abs(int((offset - there).total_seconds() // 60))
    hours, rest = divmod(minutes, 60)
    length = ngettext("%d hour", "%d hours", hours) % hours
    if rest:
        length = formatting.format_duration(minutes)
    if offset < there:
        return _("It is %(length)s earlier where you are.") % {"length": length}
    return _("It is %(length)s later where you are.") % {"length": length}


def laid_out(
    days: Days,
    *,
    venue: ZoneInfo,
    locale: str,
    value: Value,
    address: Address,
    gone: datetime | None,
    whole_month: bool,
) -> dict[str, Any]:
    """The picker as its template takes it (bookings/_picker.html), whoever asks and for whatever.
    value(start) makes what a slot button sends, address(**extra) the link of a picker with that
    query; gone is the time that was lost, told where others are near it."""
    day = day_of(days=days, venue=venue, locale=locale, value=value, address=address)
    near = buttons(days.nearest or (), zone=days.zone, venue=venue, locale=locale, value=value)
    here = {"date": days.chosen.isoformat()} if days.chosen else {}
    return {
        "picker_url": address(**here),
        "chosen_on": days.chosen,
        "announce": words_for_ear(day, locale=locale),
        "gone": {"at": gone, "slots": near} if days.nearest is not None else None,
        "calendar": calendar_of(days=days, locale=locale, address=address, whole_month=whole_month),
        "day": day,
    }
