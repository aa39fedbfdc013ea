"""The starts a window offers: its wall-clock grid, turned into instants (rule T2)."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from apps.availability.engine.hours import Window
from apps.availability.engine.zones import boundary, candidates, offset_at, offsets


def grid_starts(zone: ZoneInfo, window: Window, step: int) -> Sequence[int]:
    """Instants inside the window whose wall is ``anchor + k * step`` (seconds), in order.

    A skipped wall is dropped, a repeated one is there twice; both still count as grid points.
    """
    before, after = offsets(zone, window.anchor)
    if before == after == offset_at(zone, window.end - 1):
        # No change of offset between start and end: the wall grid is a plain range.
        return range(window.start, window.end, step)
    return _across_a_change(zone, window, step)


def _across_a_change(zone: ZoneInfo, window: Window, step: int) -> Sequence[int]:
    found: set[int] = set()
    wall = window.anchor
    while boundary(zone, wall) < window.end:
        found.update(candidates(zone, wall))
        wall += step
    return sorted(start for start in found if window.start <= start < window.end)
