"""A place gets another clock: what its times become, and what would then be in each other's way.

Whoever changes the zone of a place chooses what stays: the times on the clock (10:00 stays 10:00
there, so the moments move), or the moments (so the clock reads otherwise). Instants are Unix
seconds. Pure.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from apps.availability.engine.zones import (
    Resolution,
    Resolved,
    candidates,
    compatible,
    day_bounds,
    local_date,
    wall_of,
)


class Keep(StrEnum):
    """What stays as it is when a place gets another clock."""

    CLOCK = "CLOCK"
    MOMENT = "MOMENT"


@dataclass(frozen=True, slots=True)
class Moving:
    """What a resource is occupied by, before and after; both spans are the same for what stays."""

    resource_id: int
    session_id: int
    was: tuple[int, int]
    becomes: tuple[int, int]

    @property
    def moves(self) -> bool:
        return self.was != self.becomes


def same_reading(instant: int, *, old: ZoneInfo, new: ZoneInfo) -> Resolved:
    """The instant at which the new clock reads what the old one reads at this one.

    A reading that the new clock skips moves forward by the gap; of one that it shows twice the
    first counts, unless the old clock showed it twice as well and this was the second.
    """
    wall = wall_of(old, instant)
    found, before = candidates(new, wall), candidates(old, wall)
    if not found:
        return compatible(new, wall)
    if len(found) == 1:
        return Resolved(found[0], Resolution.EXACT)
    if len(before) > 1:
        return Resolved(found[before.index(instant)], Resolution.EXACT)
    return Resolved(found[0], Resolution.FIRST_OF_TWO)


def rezoned(instant: int, *, keep: Keep, old: ZoneInfo, new: ZoneInfo) -> Resolved:
    """Where an instant goes by the choice that was made; EXACT where it stays."""
    if keep is Keep.MOMENT:
        return Resolved(instant, Resolution.EXACT)
    return same_reading(instant, old=old, new=new)


def same_day_edge(instant: int, *, old: ZoneInfo, new: ZoneInfo) -> int:
    """Where one day goes over into the next: the same edge on the new clock. What means "through
    the end of the 24th" goes on meaning it. Any other instant is no edge of a day, and stays."""
    on = local_date(old, instant)
    return day_bounds(new, on)[0] if instant == day_bounds(old, on)[0] else instant


def find_conflicting_pairs(rows: Iterable[Moving]) -> list[tuple[int, int]]:
    """The pairs of sessions that would occupy one resource at one time and do not so far.

    What overlaps already, by an override, is nothing new. Each pair is told once, in order of its
    time; the one that begins first stands first.
    """
    by_resource: dict[int, list[Moving]] = defaultdict(list)
    for row in rows:
        by_resource[row.resource_id].append(row)
    found: dict[tuple[int, int], int] = {}
    for mine in by_resource.values():
        for first, second in _overlapping(mine):
            if (first.moves or second.moves) and not _meet(first.was, second.was):
                found.setdefault((first.session_id, second.session_id), second.becomes[0])
    return sorted(found, key=lambda pair: (found[pair], pair))


def _overlapping(rows: list[Moving]) -> Iterable[tuple[Moving, Moving]]:
    """All pairs that overlap afterwards: one sweep, with what has not ended yet."""
    running: list[Moving] = []
    for row in sorted(rows, key=lambda it: (it.becomes, it.session_id)):
        running = [it for it in running if it.becomes[1] > row.becomes[0]]
        yield from ((it, row) for it in running if it.session_id != row.session_id)
        running.append(row)


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
