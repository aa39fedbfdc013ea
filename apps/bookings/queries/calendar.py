"""The days of the picker as cells of a strip and of a month (templates/bookings/_calendar.html)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from apps.availability.engine.slots import DayParts
from apps.bookings.queries.days import Days
from apps.bookings.queries.periods import DAY, Period, first_period
from apps.kernel.spans import WEEK, days_in_order, week_start
from apps.web.formatting import locale_of
from apps.web.weeks import week_starts_of

Address = Callable[..., str]
MORNING, AFTERNOON, EVENING = 4, 2, 1


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
        marks=MORNING * bool(parts.morning)
        + AFTERNOON * bool(parts.afternoon)
        + EVENING * bool(parts.evening),
        is_chosen=on == days.chosen,
        is_today=on == days.today,
        weekday=babel.days["stand-alone"]["short"][on.weekday()],
        month_word=babel.months["stand-alone"]["abbreviated"][on.month] if is_first else "",
    )


def _dates(period: Period) -> list[date]:
    return [
        period.first + timedelta(days=it) for it in range((period.last - period.first).days + 1)
    ]
