"""Which free time suits somebody who waits for one: "any time on this day or week". Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOUR = 60
DAY_MINUTES = 24 * HOUR
NOON, EVENING = 12 * HOUR, 17 * HOUR
SPANS = (1, 7, 14)
"""How many days in a row can be waited for."""
PARTS = ((0, DAY_MINUTES), (0, NOON), (NOON, EVENING), (EVENING, DAY_MINUTES))
"""Within which hours a visit may be wanted to begin."""

Key = tuple[int, int]
"""A wish by the position of its days and of its hours among those that can be chosen."""


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


def wishes_from(on: date, *, spans: Sequence[int] = SPANS) -> dict[Key, Wish]:
    """Every wish of so many days that can be chosen from a day on."""
    return {
        (SPANS.index(days), part): Wish(on, on + timedelta(days=days - 1), *hours)
        for days in spans
        for part, hours in enumerate(PARTS)
    }


def worth_waiting(
    wishes: Mapping[Key, Wish],
    *,
    worked: Sequence[datetime],
    free: Sequence[datetime],
    lasts: timedelta,
    zone: ZoneInfo,
) -> frozenset[Key]:
    """Those of some wishes in which somebody works (starts as if nothing were booked), and nothing
    is free (starts that are)."""

    def has(starts: Sequence[datetime], wish: Wish) -> bool:
        return any(suits(wish, starts_at=at, ends_at=at + lasts, zone=zone) for at in starts)

    return frozenset(key for key, it in wishes.items() if has(worked, it) and not has(free, it))


def suits(wish: Wish, *, starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> bool:
    """Whether a visit lies in the wanted days and hours and was not let pass before."""
    wall = starts_at.astimezone(zone)
    minute = wall.hour * 60 + wall.minute
    if not wish.first_on <= wall.date() <= wish.last_on:
        return False
    if not wish.from_minute <= minute < wish.to_minute:
        return False
    return not any(start < ends_at and starts_at < end for start, end in wish.let_pass)


def is_better(
    wish: Wish,
    *,
    starts_at: datetime,
    ends_at: datetime,
    own: tuple[datetime, datetime] | None,
    zone: ZoneInfo,
) -> bool:
    """Whether a visit is what somebody wants who has one (rule B37): it suits, and where their own
    time (start and end; None when it is with somebody they do not want) suits too, it is before
    that."""
    if not suits(wish, starts_at=starts_at, ends_at=ends_at, zone=zone):
        return False
    return (
        own is None
        or starts_at < own[0]
        or not suits(wish, starts_at=own[0], ends_at=own[1], zone=zone)
    )


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
