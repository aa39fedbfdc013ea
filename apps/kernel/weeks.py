"""Weeks that begin on any day: 0 is Monday. Pure."""

from datetime import date, timedelta

WEEK = 7


def week_start(on: date, *, week_starts: int) -> date:
    """The first day of the week a date lies in; weeks start on week_starts."""
    return on - timedelta(days=(on.weekday() - week_starts) % WEEK)


def days_in_order(*, week_starts: int) -> list[int]:
    """The seven weekdays (0 is Monday) in the order of a week."""
    return [(week_starts + offset) % WEEK for offset in range(WEEK)]


def week_name(on: date, *, week_starts: int) -> str:
    """The name of the week this day lies in, "2026-W48": that of ISO 8601 for the Monday in it, so
    that one name means one week wherever weeks begin."""
    first = week_start(on, week_starts=week_starts)
    monday = first + timedelta(days=-first.weekday() % WEEK)
    year, week, _day = monday.isocalendar()
    return f"{year}-W{week:02d}"
