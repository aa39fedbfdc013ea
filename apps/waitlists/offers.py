"""Who of a waitlist is offered a place next, and for how long (rule B19). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apps.availability.engine.inputs import hold_ends_at
from apps.availability.engine.zones import boundary, candidates, wall_at


@dataclass(frozen=True, slots=True)
class Waiting:
    """One entry: people who come together, and how long before the start they must know.

    was_passed: this round's place was offered to them already, and they did not take it.
    """

    pk: int
    people: int
    notice_minutes: int
    is_offered: bool
    was_passed: bool


def next_in_line(
    line: Sequence[Waiting], *, seats_free: int, starts_at: datetime, now: datetime
) -> Waiting | None:
    """The first whom the free places fit and who would hear of it early enough.

    The line is in order of joining. Those for whom there is not enough room are stepped over, not
    forgotten: the next round begins with the first again.
    """
    left = starts_at - now
    if left <= timedelta(0):
        return None
    for entry in line:
        can = not entry.is_offered and not entry.was_passed and entry.people <= seats_free
        if can and timedelta(minutes=entry.notice_minutes) <= left:
            return entry
    return None


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Minutes after local midnight between which nobody is written to; past midnight when the end
    is before the start."""

    starts_minute: int
    ends_minute: int

    def holds(self, minute: int) -> bool:
        """Whether this minute of the day is quiet; the end is not."""
        if self.starts_minute <= self.ends_minute:
            return self.starts_minute <= minute < self.ends_minute
        return minute >= self.starts_minute or minute < self.ends_minute


def speaks_at(*, now: datetime, zone: ZoneInfo, quiet: QuietHours | None) -> datetime:
    """When an offer may be told: now, or (UTC) at the end of the quiet hours of the business, which
    is the first instant after now at which its clock reads their end or later."""
    wall = now.astimezone(zone)
    minute = wall.hour * 60 + wall.minute
    if quiet is None or not quiet.holds(minute):
        return now
    is_evening = minute >= quiet.ends_minute
    on = wall.date() + timedelta(days=1 if is_evening else 0)
    end = wall_at(on, quiet.ends_minute)
    # Where clocks go back, their end may be read twice, and the first time is over already.
    ends = (boundary(zone, end), *candidates(zone, end))
    at = next((it for it in ends if it > now.timestamp()), None)
    return now if at is None else datetime.fromtimestamp(at, UTC)


def offer_ends_at(*, now: datetime, starts_at: datetime, minutes: int) -> datetime:
    """An offer lasts as long as the owner says, never past the start; from that instant on it is
    over."""
    return min(hold_ends_at(now, minutes=minutes), starts_at)
