"""Half-open spans of time: the value the portal speaks in, and the algebra the engine counts in.

A span ``[start, end)`` owns its first instant and not its last, so neighbours touch without
overlapping. People and operations use ``Span`` with aware datetimes; the engine
uses plain ``(start, end)`` tuples of whole Unix seconds, which sort, hash and compare at C speed.
"""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from typing import Self

Seconds = tuple[int, int]
Spans = tuple[Seconds, ...]
WEEK = 7
LAST_DAYS = 10
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The instants from ``start`` up to, not including, ``end``; both aware, kept in UTC.

    Raises ValueError for a naive datetime and for a span without length: an empty range would slip
    through the database's exclusion constraint (rule C3).
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for instant in (self.start, self.end):
            if instant.utcoffset() is None:
                raise ValueError(f"A span needs aware datetimes, not {instant!r}.")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.end <= self.start:
            raise ValueError(f"A span must end after it starts: {self.start} .. {self.end}.")

    @classmethod
    def from_seconds(cls, seconds: Seconds) -> Self:
        """The span of a pair of Unix seconds."""
        start, end = seconds
        return cls(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))

    @property
    def seconds(self) -> Seconds:
        """The pair of Unix seconds the engine counts in; fractions of a second are cut off."""
        return int(self.start.timestamp()), int(self.end.timestamp())

    @property
    def duration(self) -> timedelta:
        """Elapsed time between start and end (rule T3)."""
        return self.end - self.start

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share at least one instant; touching is not overlapping."""
        return self.start < other.end and other.start < self.end

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


def merge(spans: Iterable[Seconds]) -> Spans:
    """Each instant once: sorted, apart, with touching and overlapping spans joined.

    Takes any order; spans without length vanish. Seconds in, seconds out.
    """
    merged: list[Seconds] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        elif start < end:
            merged.append((start, end))
    return tuple(merged)


def subtract(minuend: Spans, subtrahend: Spans) -> Spans:
    """The instants of ``minuend`` not in ``subtrahend``; both sorted and apart (merged)."""
    left: list[Seconds] = []
    at = 0
    for span_start, end in minuend:
        start = span_start
        while at < len(subtrahend) and subtrahend[at][0] < end:
            cut_start, cut_end = subtrahend[at]
            if start < cut_start:
                left.append((start, cut_start))
            start = max(start, cut_end)
            if cut_end > end:  # it may reach into the next span as well
                break
            at += 1
        if start < end:
            left.append((start, end))
    return tuple(left)


def intersect(left: Spans, right: Spans) -> Spans:
    """The instants in both ``left`` and ``right``; both sorted and apart (merged)."""
    common: list[Seconds] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start < end:
            common.append((start, end))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return tuple(common)


def overlaps(left: Seconds, right: Seconds) -> bool:
    """Whether two spans share at least one instant; touching is not overlapping."""
    return max(left[0], right[0]) < min(left[1], right[1])


def first_overlap(spans: Iterable[Seconds], wanted: Seconds) -> Seconds | None:
    """The first of ``spans`` (sorted by start, may overlap each other) that shares an instant."""
    for span in spans:
        if span[0] >= wanted[1]:
            return None
        if overlaps(span, wanted):
            return span
    return None


def covers(spans: Spans, wanted: Seconds) -> bool:
    """Whether one of the merged ``spans`` holds every instant of ``wanted``."""
    at = bisect_right(spans, wanted[0], key=itemgetter(0)) - 1
    return at >= 0 and wanted[1] <= spans[at][1]


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
