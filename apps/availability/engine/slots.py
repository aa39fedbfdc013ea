"""Which slots: the times a customer can be offered, and how many of them each day holds.

The starts are one sorted list; a resource is an integer whose bit ``i`` says that start ``i`` is
possible for it. Hours, busy spans and other requirements are then and-ed and or-ed, which keeps a
month of a hundred people within milliseconds: each busy span costs two bisections.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from apps.availability.engine.free import (
    Opening,
    OpeningHours,
    Window,
    distinct_choice,
    grid_starts,
    preferred,
)
from apps.availability.engine.inputs import Hours, Requirement, ResourceFacts, Search
from apps.availability.engine.zones import (
    boundary,
    dates_between,
    day_bounds,
    local_date,
    wall_at,
)
from apps.kernel.spans import Seconds, Spans

ONE = ord("1")
NOON_MINUTE = 12 * 60
EVENING_MINUTE = 17 * 60


class Board:
    """The starts in ``[low, high)`` that limits and some primary resource's grid allow.

    ``low`` and ``high`` are Unix seconds. Build one per question; it keeps what it computed.
    """

    def __init__(self, search: Search, low: int, high: int) -> None:
        limits = search.limits
        self.search = search
        self.low = low if limits.earliest is None else max(low, limits.earliest)
        self.high = high if limits.latest is None else min(high, limits.latest + 1)
        self.hours = OpeningHours(search, self.low, max(self.low, self.high))
        self.free_masks: dict[int, int] = {}
        self.open_masks: dict[Hours | None, int] = {}
        self.window_masks: dict[Window, int] = {}

    @cached_property
    def primaries(self) -> list[ResourceFacts]:
        """The resources that anchor the grid, in the order they were given."""
        return self._facts(self.search.requirements[0]) if self.search.requirements else []

    @cached_property
    def starts(self) -> list[int]:
        """All grid points, sorted; not yet asked whether anybody is free."""
        found: set[int] = set()
        step = self.search.shape.step
        for hours in {facts.hours for facts in self.primaries}:
            opening = self.hours.of(hours)
            for window in self._near(opening):
                found.update(grid_starts(opening.zone, window, step))
        return sorted(start for start in found if self.low <= start < self.high)

    @cached_property
    def index_of(self) -> dict[int, int]:
        """The index of each start."""
        return {start: index for index, start in enumerate(self.starts)}

    @cached_property
    def whole(self) -> int:
        """The mask with every start set."""
        return (1 << len(self.starts)) - 1

    @cached_property
    def others(self) -> int:
        """The starts of days that take place for which each further requirement has a free
        resource."""
        mask = self.whole & ~self._called_off
        for requirement in self.search.requirements[1:]:
            mask &= self._any_free(self._facts(requirement), mask)
        return mask

    @cached_property
    def bookable(self) -> int:
        """The starts that can be sold, whoever does it."""
        if self.contested:
            mask = 0
            for facts in self.primaries:
                mask |= self.primary_mask(facts)
            return mask
        wanted, mask = self.others, 0
        for facts in self.primaries:
            mask |= wanted & self._on_grid(facts)
            if mask == wanted:
                break
        return mask

    @cached_property
    def contested(self) -> bool:
        """Whether a resource is eligible for two requirements and must not fill both."""
        asked = [id_ for it in self.search.requirements for id_ in set(it.resource_ids)]
        return len(asked) != len(set(asked))

    def primary_mask(self, facts: ResourceFacts) -> int:
        """The starts this primary resource can be sold at, all other needs met."""
        mask = self._on_grid(facts) & self.others
        if not self.contested:
            return mask
        return sum(1 << at for at in bits(mask) if self.choice(at, facts.resource_id) is not None)

    def choice(self, at: int, primary_id: int) -> tuple[int, ...] | None:
        """One free resource per requirement for start ``at``, the primary one given, or None."""
        others = [it.resource_ids for it in self.search.requirements[1:]]
        options = [[id_ for id_ in ids if self.is_free(id_, at)] for ids in others]
        return distinct_choice([[primary_id], *options])

    def is_free(self, resource_id: int, at: int) -> bool:
        """Whether a known resource is open and free at start ``at``, its grid left aside."""
        facts = self.search.resources.get(resource_id)
        return facts is not None and bool(self._free(facts) >> at & 1)

    def _facts(self, requirement: Requirement) -> list[ResourceFacts]:
        known = self.search.resources
        return [known[id_] for id_ in dict.fromkeys(requirement.resource_ids) if id_ in known]

    def _near(self, opening: Opening) -> Iterable[Window]:
        return (it for it in opening.windows if it.start < self.high and self.low < it.end)

    def _any_free(self, candidates: Iterable[ResourceFacts], wanted: int) -> int:
        mask = 0
        for facts in candidates:
            mask |= wanted & self._free(facts)
            if mask == wanted:
                break
        return mask

    def _free(self, facts: ResourceFacts) -> int:
        mask = self.free_masks.get(facts.resource_id)
        if mask is None:
            mask = self._open(facts.hours)
            if mask:
                mask &= ~self._busy(facts.busy)
            self.free_masks[facts.resource_id] = mask
        return mask

    def _on_grid(self, facts: ResourceFacts) -> int:
        return self._free(facts) & self._grid(self.hours.of(facts.hours))

    def _grid(self, opening: Opening) -> int:
        mask = 0
        for window in self._near(opening):
            mask |= self._window_mask(opening, window)
        return mask

    def _window_mask(self, opening: Opening, window: Window) -> int:
        mask = self.window_masks.get(window)
        if mask is None:
            grid = grid_starts(opening.zone, window, self.search.shape.step)
            grid = grid[bisect_left(grid, self.low) : bisect_left(grid, self.high)]
            mask = self.window_masks[window] = self._mask_of(grid)
        return mask

    def _mask_of(self, grid: Sequence[int]) -> int:
        if not grid:
            return 0
        index_of = self.index_of
        first, last = index_of[grid[0]], index_of[grid[-1]]
        if last - first + 1 == len(grid):  # nobody else's grid lies between
            return ((1 << len(grid)) - 1) << first
        flags = bytearray(b"0") * (last - first + 1)
        for start in grid:
            flags[last - index_of[start]] = ONE
        return int(flags, 2) << first

    def _open(self, hours: Hours | None) -> int:
        mask = self.open_masks.get(hours)
        if mask is None:
            mask = self.open_masks[hours] = self._inside(self.hours.of(hours).spans)
        return mask

    def _inside(self, spans: Spans) -> int:
        before, after = self.search.shape.within_hours(0)
        mask = 0
        for start, end in spans:
            first = bisect_left(self.starts, start - before)
            last = bisect_right(self.starts, end - after)
            if first < last:
                mask |= ((1 << (last - first)) - 1) << first
        return mask

    @property
    def _called_off(self) -> int:
        mask = 0
        for start, end in self.search.limits.called_off:
            first, last = bisect_left(self.starts, start), bisect_left(self.starts, end)
            mask |= ((1 << (last - first)) - 1) << first
        return mask

    def _busy(self, busy: Iterable[Seconds]) -> int:
        starts = self.starts
        before, after = self.search.shape.footprint(0)
        mask = 0
        for start, end in busy:
            first = bisect_right(starts, start - after)
            last = bisect_left(starts, end - before, first)
            if first < last:
                mask |= ((1 << (last - first)) - 1) << first
        return mask


def bits(mask: int) -> Iterable[int]:
    """The positions of the set bits, lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


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
