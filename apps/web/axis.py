"""A day drawn to scale: instants become rows of a grid, five minutes each, 64 px an hour.

Pure. Positions are class names (`t1` first row, `d9` nine rows): pages carry no inline style.
Rows count elapsed time from the first hour shown, so a day of 23 or 25 hours has that many rows and
a repeated hour is drawn twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=5)
HOUR = timedelta(hours=1)
MAX_ROWS = 300  # 25 hours; day-grid.css holds a class for each
SHORTEST = 3  # rows; a shorter thing would not show its words


@dataclass(frozen=True, slots=True)
class Axis:
    """From starts_at to ends_at, both on full hours of the zone's clock, as UTC instants."""

    starts_at: datetime
    ends_at: datetime

    @classmethod
    def around(cls, instants: Iterable[datetime], *, zone: ZoneInfo) -> "Axis | None":
        """The hours that hold all of these instants; None when there are none."""
        known = sorted(instants)
        if not known:
            return None
        first = _hour_before(known[0], zone)
        last = _hour_before(known[-1] - timedelta(microseconds=1), zone) + HOUR
        return cls(first, min(last, first + STEP * MAX_ROWS))

    @property
    def hours(self) -> tuple[datetime, ...]:
        """Every full hour from the first, the end left out."""
        count = (self.ends_at - self.starts_at) // HOUR
        return tuple(self.starts_at + HOUR * n for n in range(count))

    def shows(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at

    def offset(self, start: datetime, end: datetime) -> str:
        """The classes of something that lasts from start to end, cut to what is shown."""
        top = (min(max(start, self.starts_at), self.ends_at - STEP) - self.starts_at) // STEP
        bottom = -((self.starts_at - min(max(end, start), self.ends_at)) // STEP)
        return f"t{top + 1} d{max(bottom - top, SHORTEST)}"


def _hour_before(at: datetime, zone: ZoneInfo) -> datetime:
    """The last full hour of the zone's clock at or before this instant."""
    wall = at.astimezone(zone)
    past = timedelta(minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond)
    return at.astimezone(UTC) - past
