"""The lines of Today: bookings around now, the line of now itself, and the next free stretch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.dashboard.frame.queries.rows import BookingRow

MOST_PAST = 3
MOST_AHEAD = 9


@dataclass(frozen=True, slots=True)
class Line:
    """kind is booking, now, free, earlier or later; the other fields follow from it.

    An earlier or later line stands for count bookings between starts_at and ends_at.
    """

    kind: str
    starts_at: datetime
    minutes: int = 0
    row: BookingRow | None = None
    staff_name: str = ""
    is_past: bool = False
    is_here: bool = False
    count: int = 0
    ends_at: datetime | None = None


def ledger_of(
    rows: Sequence[BookingRow],
    *,
    free: tuple[datetime, int, str] | None,
    now: datetime,
) -> tuple[Line, ...]:
    """Choose the lines around now: who is done (the last few), who is there, who comes next.

    free is the start, the minutes and the person of the next gap. Rows are in time order.
    """
    if not rows and free is None:
        return ()
    past = [row for row in rows if row.ends_at <= now]
    here = [row for row in rows if row.starts_at <= now < row.ends_at]
    ahead = [row for row in rows if row.starts_at > now]
    shown = [*past[-MOST_PAST:], *here]
    lines = [_earlier(past[:-MOST_PAST])] if past[:-MOST_PAST] else []
    lines += [_line(row, now=now) for row in sorted(shown, key=lambda row: row.starts_at)]
    lines.append(Line("now", now))
    lines += _coming(ahead[:MOST_AHEAD], free, now=now)
    if ahead[MOST_AHEAD:]:
        lines.append(_later(ahead[MOST_AHEAD:]))
    return tuple(lines)


def _coming(
    rows: Sequence[BookingRow], free: tuple[datetime, int, str] | None, *, now: datetime
) -> list[Line]:
    lines = [_line(row, now=now) for row in rows]
    if free is not None:
        starts_at, minutes, staff_name = free
        lines.append(Line("free", starts_at, minutes, staff_name=staff_name))
    return sorted(lines, key=lambda line: line.starts_at)


def _line(row: BookingRow, *, now: datetime) -> Line:
    return Line(
        "booking",
        row.starts_at,
        row.minutes,
        row=row,
        staff_name=row.staff_name,
        is_past=row.ends_at <= now,
        is_here=row.starts_at <= now < row.ends_at,
    )


def _earlier(rows: Sequence[BookingRow]) -> Line:
    return Line("earlier", rows[0].starts_at, count=len(rows))


def _later(rows: Sequence[BookingRow]) -> Line:
    last = max(row.ends_at for row in rows)
    return Line("later", rows[0].starts_at, count=len(rows), ends_at=last)
