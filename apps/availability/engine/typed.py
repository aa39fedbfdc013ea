"""Wall times that people typed or links carry (rule T6): refuse, ask, or accept; never shift."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from apps.availability.engine.zones import EPOCH, boundary, candidates


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
