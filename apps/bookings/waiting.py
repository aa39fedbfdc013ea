"""Who of a waitlist is offered a place next, and for how long (domain.md 5.4). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


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
    for entry in line:
        can = not entry.is_offered and not entry.was_passed and entry.people <= seats_free
        if can and timedelta(minutes=entry.notice_minutes) <= left:
            return entry
    return None


def offer_ends_at(*, now: datetime, starts_at: datetime, minutes: int) -> datetime:
    """An offer lasts as long as the owner says, never past the start."""
    return min(now + timedelta(minutes=minutes), starts_at)
