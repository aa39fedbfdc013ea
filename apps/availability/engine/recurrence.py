"""The same wall time on other dates: series, courses, and promises after a change of rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.availability.engine.zones import (
    EPOCH,
    Resolution,
    compatible,
    on_same_wall_time,
    wall_of,
)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One meeting of a series: instants, and how its start was found (rule T5)."""

    start: int
    end: int
    resolution: Resolution


@dataclass(frozen=True, slots=True)
class Drift:
    """A promise the rules moved away from: where it should be, and what the clock reads now."""

    promised: int
    reads_now: int


def weekly_dates(*, first: date, count: int, every: int = 1) -> list[date]:
    """``count`` dates, ``every`` weeks apart, from ``first`` on."""
    return [first + timedelta(weeks=every * turn) for turn in range(count)]


def occurrences(
    *, zone: ZoneInfo, dates: Iterable[date], at: time, duration: int
) -> list[Occurrence]:
    """Meetings at wall time ``at`` of a zone, each lasting ``duration`` elapsed seconds (rules T3,
    T5).

    A skipped wall time moves forward by the gap instead of vanishing: a sold session is never
    dropped, though RFC 5545 would.
    """
    found = [on_same_wall_time(zone=zone, on=on, at=at) for on in dates]
    return [Occurrence(it.instant, it.instant + duration, it.resolution) for it in found]


def drift_of(*, zone: ZoneInfo, promised: datetime, stored: int) -> Drift | None:
    """Whether a stored instant still reads the promised (naive) wall time under today's rules.

    None when it does, also when the wall is read twice and the stored instant is the second one.
    A drift is shown to owner and customer and moved with their knowledge, never in silence
    (rule T7).
    """
    wall = int((promised - EPOCH).total_seconds())
    reads_now = wall_of(zone, stored)
    if reads_now == wall:
        return None
    return Drift(promised=compatible(zone, wall).instant, reads_now=reads_now)
