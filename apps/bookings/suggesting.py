"""Which free times to suggest instead of one that does not fit. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

MOST_SUGGESTED = 3
DAYS, PER_DAY = 4, 3
DAY = 86_400


def pick_times(
    starts: Iterable[int], *, wanted: int, duration: int, zone: ZoneInfo
) -> tuple[int, ...]:
    """Pick a dozen starts (Unix seconds) around the wanted one: of each of the four nearest days
    up to three that lie near its time of day and do not overlap each other. In order of time."""
    days: dict[date, list[int]] = defaultdict(list)
    for start in starts:
        if start != wanted:
            days[datetime.fromtimestamp(start, zone).date()].append(start)
    target = datetime.fromtimestamp(wanted, zone)
    nearest = sorted(days, key=lambda on: (abs(on - target.date()), on))[:DAYS]
    picked = [
        start
        for on in nearest
        for start in _apart(sorted(days[on], key=lambda it: _strangeness(it, wanted)), duration)
    ]
    return tuple(sorted(picked))


def nearest_times(starts: Iterable[int], *, wanted: int) -> tuple[int, ...]:
    """The three that lie nearest to the wanted start, in order of time: ticked to begin with."""
    return tuple(sorted(sorted(starts, key=lambda it: abs(it - wanted))[:MOST_SUGGESTED]))


def _strangeness(start: int, wanted: int) -> int:
    """How far its time of day is from the wanted one; an hour more or less over a clock change
    does no harm here."""
    apart = abs(start - wanted) % DAY
    return min(apart, DAY - apart)


def _apart(starts: Sequence[int], duration: int) -> list[int]:
    chosen: list[int] = []
    for start in starts:
        if len(chosen) < PER_DAY and all(abs(start - it) >= duration for it in chosen):
            chosen.append(start)
    return chosen
