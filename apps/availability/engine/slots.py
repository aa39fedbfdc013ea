"""Which slots: the times a customer can be offered, and how many of them each day holds."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from apps.availability.engine.assignment import preferred
from apps.availability.engine.board import Board, bits
from apps.availability.engine.inputs import Search
from apps.availability.engine.zones import (
    boundary,
    dates_between,
    day_bounds,
    local_date,
    wall_at,
)

NOON_MINUTE = 12 * 60
EVENING_MINUTE = 17 * 60


@dataclass(frozen=True, slots=True)
class Slot:
    """A time on offer, ``[start, end)`` in Unix seconds without buffers.

    ``resource_ids`` are the primary resources that can serve it, the preferred one first.
    """

    start: int
    end: int
    resource_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DayParts:
    """How many starts a date offers before 12:00, from 12:00, and from 17:00 on the wall."""

    morning: int = 0
    afternoon: int = 0
    evening: int = 0

    @property
    def total(self) -> int:
        """All starts of the date."""
        return sum(self.counts)

    @property
    def counts(self) -> tuple[int, int, int]:
        """The starts of each part, in order."""
        return (self.morning, self.afternoon, self.evening)


def find_slots(
    search: Search, *, first: date, last: date, dates_in: ZoneInfo | None = None
) -> list[Slot]:
    """Every bookable slot that starts on the dates first to last, both included, in order.

    One row per instant, however many people are free. The dates are read in
    ``dates_in``, the viewer's zone, or else in the venue's (rule T8): a slot after midnight
    belongs to the date its start reads, though its opening hours belong to the evening before.
    """
    board = _board(search, first, last, dates_in or search.zone)
    duration = search.shape.duration
    rows = {it.resource_id: bit_row(board.primary_mask(it)) for it in board.primaries}
    slots: list[Slot] = []
    for on, positions in groupby(bits(board.bookable), key=_dates_of(search.zone, board.starts)):
        ordered = [(id_, rows[id_]) for id_ in preferred(search, rows, on)]
        for at in positions:
            start = board.starts[at]
            able = tuple([id_ for id_, row in ordered if at < len(row) and row[at] == "1"])
            slots.append(Slot(start, start + duration, able))
    return slots


def free_days(
    search: Search, *, first: date, last: date, dates_in: ZoneInfo | None = None
) -> dict[date, DayParts]:
    """How many starts each date offers, by part of the day; dates without any are there with 0.

    Exactly the starts ``find_slots`` would list, counted on the same dates, without making them.
    """
    zone = dates_in or search.zone
    board = _board(search, first, last, zone)
    counted = {}
    for on in dates_between(first, last):
        minutes = (0, NOON_MINUTE, EVENING_MINUTE, 1440)
        edges = [bisect_left(board.starts, boundary(zone, wall_at(on, it))) for it in minutes]
        counted[on] = DayParts(*(_count(board.bookable, *pair) for pair in pairwise(edges)))
    return counted


def nearest_slots(slots: Iterable[Slot], *, to: int, count: int = 3) -> list[Slot]:
    """The ``count`` slots closest to an instant, in order of time; the earlier one of a tie."""
    closest = sorted(slots, key=lambda slot: (abs(slot.start - to), slot.start))[:count]
    return sorted(closest, key=lambda slot: slot.start)


def bit_row(mask: int) -> str:
    """A mask as text of 0 and 1, position 0 first: indexing it costs less than shifting."""
    return f"{mask:b}"[::-1]


def _board(search: Search, first: date, last: date, zone: ZoneInfo) -> Board:
    return Board(search, day_bounds(zone, first)[0], day_bounds(zone, last)[1])


def _dates_of(zone: ZoneInfo, starts: Sequence[int]) -> Callable[[int], date]:
    return lambda at: local_date(zone, starts[at])


def _count(mask: int, low: int, high: int) -> int:
    return (mask >> low & ((1 << (high - low)) - 1)).bit_count()
