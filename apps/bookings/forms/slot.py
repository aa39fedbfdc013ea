"""The value of a slot button: the start with its offset, the person and the variant."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from apps.availability.engine.zones import Status, link_time, resolve_typed
from apps.bookings.forms.picks import Unreadable, read_moment, read_number

PARTS = 3
LONGEST = 80


@dataclass(frozen=True, slots=True)
class PickedSlot:
    starts_at: datetime
    staff: int | None
    variant: int | None


def slot_value(*, start: int, zone: ZoneInfo, staff: int | None, variant: int | None) -> str:
    """Write ``2026-11-26T10:15+01:00;staff;variant`` for a start in Unix seconds."""
    return f"{link_time(zone, start)};{staff or ''};{variant or ''}"


def read_slot(raw: str, *, zone: ZoneInfo) -> PickedSlot:
    """Read a slot button back; the offset has to be the venue's at that time (rule T6).

    Raises:
        Unreadable: malformed, or the offset is not that of the zone (a stale or made-up link).
    """
    parts = raw.split(";")
    if len(raw) > LONGEST or len(parts) != PARTS:
        raise Unreadable("slot")
    typed = read_moment(parts[0])
    found = resolve_typed(zone=zone, typed=typed)
    if found.status is not Status.OK:
        raise Unreadable("offset")
    return PickedSlot(
        starts_at=datetime.fromtimestamp(found.instants[0], UTC),
        staff=read_number(parts[1]),
        variant=read_number(parts[2]),
    )
