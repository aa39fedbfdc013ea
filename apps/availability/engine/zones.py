"""Wall clocks and instants: the only module that turns one into the other (rules T1 to T8).

Two integers, never mixed: an *instant* is Unix seconds; a *wall* is what a clock in the zone reads,
as seconds since 1970-01-01 00:00 on that same wall. A wall may be skipped (spring) or read twice
(autumn). Offsets come from the pinned PyPI ``tzdata``, which the settings choose (rule T16).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = 86_400
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall reading has no zone, that is the point
EPOCH_DAY = EPOCH.toordinal()


# British Columbia stays on -07:00 from 2026 (tzdata 2026): an older copy of the rules answers -8.


class Resolution(StrEnum):
    """How a wall time on a date became an instant (rule T5), or that none was needed (rule T3)."""

    EXACT = "exact"
    FIRST_OF_TWO = "first-of-two"
    SHIFTED_FORWARD = "shifted-forward"
    ELAPSED = "elapsed"


@dataclass(frozen=True, slots=True)
class Resolved:
    """An instant and how it was found; anything but EXACT deserves a word to the owner."""

    instant: int
    resolution: Resolution


def wall_at(on: date, minute: int = 0) -> int:
    """The wall ``minute`` minutes after 00:00 of a date; 1440 and more is the next day."""
    return (on.toordinal() - EPOCH_DAY) * DAY + minute * 60


def date_of_wall(wall: int) -> date:
    """The date a wall reading belongs to."""
    return date.fromordinal(wall // DAY + EPOCH_DAY)


@lru_cache(maxsize=65_536)
def offsets(zone: ZoneInfo, wall: int) -> tuple[int, int]:
    """Seconds east of UTC before and after the change nearest to a wall; equal for plain walls.

    Before < after: the wall is skipped. Before > after: it is read twice.
    """
    reading = (EPOCH + timedelta(seconds=wall)).replace(tzinfo=zone)
    return _offset(reading), _offset(reading.replace(fold=1))


def offset_at(zone: ZoneInfo, instant: int) -> int:
    """Seconds east of UTC at an instant."""
    return _offset(datetime.fromtimestamp(instant, zone))


def wall_of(zone: ZoneInfo, instant: int) -> int:
    """What the wall clock of a zone reads at an instant."""
    return instant + offset_at(zone, instant)


def local_date(zone: ZoneInfo, instant: int) -> date:
    """The date of an instant in a zone (rule T8): of the business for "today" and horizons."""
    return date_of_wall(wall_of(zone, instant))


def boundary(zone: ZoneInfo, wall: int) -> int:
    """T1: the first instant at which the clock reads ``wall`` or later.

    Skipped walls give the transition, repeated walls their first occurrence. For opening, closing,
    day starts and time off.
    """
    before, after = offsets(zone, wall)
    if before < after:
        return _transition(zone, wall - after, wall - before)
    return wall - before


def candidates(zone: ZoneInfo, wall: int) -> tuple[int, ...]:
    """T2: every instant at which the clock reads exactly ``wall``: none, one, or two in order."""
    before, after = offsets(zone, wall)
    if before < after:
        return ()
    return (wall - before,) if before == after else (wall - before, wall - after)


def compatible(zone: ZoneInfo, wall: int) -> Resolved:
    """T5: the instant of a promised wall: the first of two, or moved forward by the gap."""
    before, after = offsets(zone, wall)
    if before == after:
        return Resolved(wall - before, Resolution.EXACT)
    how = Resolution.FIRST_OF_TWO if before > after else Resolution.SHIFTED_FORWARD
    return Resolved(wall - before, how)


def on_same_wall_time(*, zone: ZoneInfo, on: date, at: time) -> Resolved:
    """T5: the instant of wall time ``at`` on a date, for "N days" rules and recurrences."""
    return compatible(zone, wall_at(on) + at.hour * 3600 + at.minute * 60 + at.second)


def day_bounds(zone: ZoneInfo, on: date) -> tuple[int, int]:
    """First instant of a date and of the next: 23, 24, 24.5 or 25 hours apart (rules T1, T8)."""
    return boundary(zone, wall_at(on)), boundary(zone, wall_at(on, 1440))


def dates_between(first: date, last: date) -> Iterator[date]:
    """Every date from first to last, both included; dates are counted, never +24 h (rule T8)."""
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)


def repeated_labels(zone: ZoneInfo, instants: Iterable[int]) -> frozenset[int]:
    """The instants whose date and time read the same as another one's in the list (rule T7).

    Their labels need the zone's abbreviation or offset to be told apart.
    """
    walls = {instant: wall_of(zone, instant) for instant in instants}
    times_read = Counter(walls.values())
    return frozenset(instant for instant, wall in walls.items() if times_read[wall] > 1)


def _transition(zone: ZoneInfo, early: int, late: int) -> int:
    """The first instant after ``early`` with another offset, by bisection; ``late`` has it."""
    start = offset_at(zone, early)
    while late - early > 1:
        middle = (early + late) // 2
        if offset_at(zone, middle) == start:
            early = middle
        else:
            late = middle
    return late


def _offset(reading: datetime) -> int:
    offset = reading.utcoffset() or timedelta()
    return offset.days * DAY + offset.seconds


class Status(StrEnum):
    """What a typed wall time turned out to be."""

    OK = "ok"
    NONEXISTENT = "nonexistent"
    AMBIGUOUS = "ambiguous"
    OFFSET_MISMATCH = "offset_mismatch"


@dataclass(frozen=True, slots=True)
class Typed:
    """The verdict on a typed time: its instants (both when AMBIGUOUS, none when refused).

    ``next_valid`` is the first instant after a skipped time, to be offered in the form's error.
    """

    status: Status
    instants: tuple[int, ...] = ()
    next_valid: int | None = None


def resolve_typed(*, zone: ZoneInfo, typed: datetime) -> Typed:
    """T6: a naive datetime must be a unique wall time; an aware one must carry its true offset.

    Slot links and form values always carry the offset, so a stale or hand-made one is
    OFFSET_MISMATCH and the page shows fresh times instead.
    """
    wall = int((typed.replace(tzinfo=None) - EPOCH).total_seconds())
    found = candidates(zone, wall)
    offset = typed.utcoffset()
    if offset is not None:
        instant = wall - int(offset.total_seconds())
        known = instant in found
        return Typed(Status.OK, (instant,)) if known else Typed(Status.OFFSET_MISMATCH)
    if not found:
        return Typed(Status.NONEXISTENT, next_valid=boundary(zone, wall))
    return Typed(Status.OK if len(found) == 1 else Status.AMBIGUOUS, found)


def link_time(zone: ZoneInfo, instant: int) -> str:
    """An instant as ``YYYY-MM-DDTHH:MM+HH:MM`` in a zone: the value of slot links and buttons."""
    return datetime.fromtimestamp(instant, zone).isoformat(timespec="minutes")
