"""Which free time suits somebody who waits for one: "any time on this day or week". Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody waits for, on the clock of the venue.

    Dates are both included. A visit may begin from from_minute until before to_minute, in minutes
    after midnight, and at least notice_minutes after they were told. let_pass are the visits
    (start and end, UTC) that were offered already: nobody is asked twice about the same time.
    """

    first_on: date
    last_on: date
    from_minute: int = 0
    to_minute: int = DAY_MINUTES
    notice_minutes: int = 0
    let_pass: tuple[tuple[datetime, datetime], ...] = ()

    @property
    def is_any_hour(self) -> bool:
        return self.from_minute == 0 and self.to_minute == DAY_MINUTES


def suits(wish: Wish, *, starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> bool:
    """Whether a visit lies in the wanted days and hours and was not let pass before."""
    wall = starts_at.astimezone(zone)
    minute = wall.hour * 60 + wall.minute
    if not wish.first_on <= wall.date() <= wish.last_on:
        return False
    if not wish.from_minute <= minute < wish.to_minute:
        return False
    return not any(start < ends_at and starts_at < end for start, end in wish.let_pass)


def first_that_suits(
    starts: Iterable[datetime], *, wish: Wish, lasts: timedelta, zone: ZoneInfo, told_at: datetime
) -> datetime | None:
    """The first of some free starts (UTC, in order) that suits and that they hear of in time."""
    earliest = told_at + timedelta(minutes=wish.notice_minutes)
    for at in starts:
        if at > earliest and suits(wish, starts_at=at, ends_at=at + lasts, zone=zone):
            return at
    return None


def wanted_span(wish: Wish, *, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From the first wanted minute of the first day to the last of the last day (UTC)."""
    first = _at(wish.first_on, wish.from_minute, zone)
    return first, _at(wish.last_on, wish.to_minute, zone)


def _at(on: date, minute: int, zone: ZoneInfo) -> datetime:
    if minute == DAY_MINUTES:
        on, minute = on + timedelta(days=1), 0
    wall = datetime.combine(on, time(minute // 60, minute % 60), tzinfo=zone)
    return wall.astimezone(UTC)
