"""Which days a calendar shows: whole months, rolled on in the last ten days. Pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from apps.kernel.spans import WEEK, week_start

LAST_DAYS = 10
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Dates shown together, both included."""

    first: date
    last: date

    def __contains__(self, on: date) -> bool:
        return self.first <= on <= self.last


def first_period(today: date, *, week_starts: int) -> Period:
    """The current month; in its last ten days the rest of it and the next."""
    last = month_end(today)
    if (last - today).days >= LAST_DAYS:
        return Period(today.replace(day=1), last)
    return Period(week_start(today, week_starts=week_starts), month_end(last + DAY))


def period_of(on: date, *, today: date, week_starts: int) -> Period:
    """The period a date is shown in."""
    current = first_period(today, week_starts=week_starts)
    if on <= current.last:
        return current
    return Period(on.replace(day=1), month_end(on))


def month_end(on: date) -> date:
    """The last date of the month a date lies in."""
    return on.replace(day=monthrange(on.year, on.month)[1])


def strip_start(on: date, *, today: date) -> date:
    """The seven days of the phone's strip count from today, so that none of them is dead."""
    return today + timedelta(days=(on - today).days // WEEK * WEEK)
