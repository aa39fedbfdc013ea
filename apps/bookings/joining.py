"""May somebody join this class or this course now, and if not, why (rules B14, B15). Pure.

Limits are elapsed minutes (rules T3, T10): of a class to its start, of a course to its first
session, or, once it has begun and may be joined late, to its next one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from apps.catalog.pricing import Price


class Obstacle(StrEnum):
    CANCELED = "CANCELED"
    OVER = "OVER"
    STARTED = "STARTED"
    TOO_LATE = "TOO_LATE"
    TOO_EARLY = "TOO_EARLY"
    FULL = "FULL"
    TOO_MANY = "TOO_MANY"


@dataclass(frozen=True, slots=True)
class Joinable:
    """A session of a class, or a run of a course: when, and how many places it has left.

    starts hold the starts (UTC, in order) of its sessions that take place; a class has one.
    """

    starts: tuple[datetime, ...]
    ends_at: datetime
    takes_place: bool
    seats_left: int


@dataclass(frozen=True, slots=True)
class JoinRules:
    """What the owner's policy says about joining; minutes, None is no limit."""

    max_advance_minutes: int | None
    min_notice_minutes: int | None
    late_entry: bool
    max_participants: int


@dataclass(frozen=True, slots=True)
class Joining:
    """obstacle None: come in. opens_at with TOO_EARLY, seats_left with FULL and TOO_MANY."""

    obstacle: Obstacle | None = None
    opens_at: datetime | None = None
    seats_left: int = 0

    @property
    def is_open(self) -> bool:
        return self.obstacle is None


def may_join(joinable: Joinable, *, rules: JoinRules, seats: int, now: datetime) -> Joining:
    """Tell whether ``seats`` people may join now; the most lasting obstacle first."""
    left = joinable.seats_left
    if not joinable.takes_place or not joinable.starts:
        return Joining(Obstacle.CANCELED)
    if late := _too_late(joinable, rules=rules, now=now):
        return Joining(late)
    opens_at = _opens_at(joinable, rules)
    if opens_at is not None and now < opens_at:
        return Joining(Obstacle.TOO_EARLY, opens_at=opens_at, seats_left=left)
    if left <= 0:
        return Joining(Obstacle.FULL)
    if seats > left:
        return Joining(Obstacle.TOO_MANY, seats_left=left)
    return Joining(seats_left=left)


def sessions_left(joinable: Joinable, *, now: datetime) -> int:
    """How many sessions of a course are still to come."""
    return sum(start > now for start in joinable.starts)


def price_to_join(price: Price, joinable: Joinable, *, prorates: bool, now: datetime) -> Price:
    """The price for whoever joins now: for what is left of a course where the owner wants it so."""
    if not prorates:
        return price
    return price.for_part(left=sessions_left(joinable, now=now), of=len(joinable.starts))


def _too_late(joinable: Joinable, *, rules: JoinRules, now: datetime) -> Obstacle | None:
    ahead = [start for start in joinable.starts if start > now]
    if not ahead:
        return Obstacle.OVER if now >= joinable.ends_at else Obstacle.STARTED
    if now >= joinable.starts[0] and not rules.late_entry:
        return Obstacle.STARTED
    notice = timedelta(minutes=rules.min_notice_minutes or 0)
    can_still = [start for start in ahead if now <= start - notice]
    return None if can_still and can_still[0] == ahead[0] else Obstacle.TOO_LATE


def _opens_at(joinable: Joinable, rules: JoinRules) -> datetime | None:
    if rules.max_advance_minutes is None:
        return None
    return joinable.starts[0] - timedelta(minutes=rules.max_advance_minutes)
