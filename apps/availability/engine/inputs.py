"""What the engine is told: frozen facts, no rows, no clock, no settings; and how early, how late:
policy numbers turned into instants (rules B5, T3, T5, T8, T10).

Minutes are wall-clock minutes after a date's local midnight, seconds are elapsed time or Unix
instants, ids are only compared. Field names say which. Minutes and hours of a policy are elapsed
time; its days are dates of the business at the same wall time. The two differ when clocks change,
so pages show the resulting date and time, never only the number.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from apps.availability.engine.zones import (
    DAY,
    Resolution,
    Resolved,
    compatible,
    day_bounds,
    local_date,
    wall_of,
)
from apps.kernel.spans import Seconds

MINUTES_OF_DAY = 1440
MinuteRange = tuple[int, int]


class Selection(StrEnum):
    """How "any" is resolved (rule B28): the owner's ranking, or least booked that day."""

    RANKED = "RANKED"
    FAIR = "FAIR"


@dataclass(frozen=True, slots=True)
class WeeklyRange:
    """Open on one weekday (0 = Monday) from and to a wall minute; past 1440 is the next day.

    ``valid_from`` and ``valid_to`` (inclusive) bound the dates it starts on. ``location_id`` None
    means everywhere. Raises ValueError for minutes out of order or longer than a day.
    """

    weekday: int
    starts_minute: int
    ends_minute: int
    valid_from: date | None = None
    valid_to: date | None = None
    location_id: int | None = None

    def __post_init__(self) -> None:
        _check_range((self.starts_minute, self.ends_minute))

    def applies_on(self, on: date) -> bool:
        """Whether the date lies within the validity; the weekday is the caller's look-up."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class DateRule:
    """An exception: on this date these minute ranges replace the weekly ones; () is closed."""

    on: date
    ranges: tuple[MinuteRange, ...]
    location_id: int | None = None

    def __post_init__(self) -> None:
        for minutes in self.ranges:
            _check_range(minutes)


@dataclass(frozen=True, slots=True)
class Hours:
    """Weekly ranges and date exceptions of a business, a service or a resource (rule T11).

    ``weekly`` None on a resource: it follows the business's hours, but its own exceptions win.
    ``zone`` None: wall minutes are read in the search's zone; a resource with weekly hours of its
    own may keep them in its own zone (a Lisbon tutor in a Berlin business).
    """

    weekly: tuple[WeeklyRange, ...] | None = ()
    exceptions: tuple[DateRule, ...] = ()
    zone: ZoneInfo | None = None


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """One staff member, room or machine, and when it is taken.

    ``hours`` None follows the business. ``busy``: Unix seconds sorted by start, buffers included,
    every live occupancy also the overridden ones (they may overlap). Lower ``rank`` is preferred;
    ``booked_that_day`` counts bookings per local date for FAIR.
    """

    resource_id: int
    hours: Hours | None = None
    busy: tuple[Seconds, ...] = ()
    rank: int = 0
    booked_that_day: Mapping[date, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Requirement:
    """A slot needs one free resource of these; they are interchangeable within the type."""

    type_id: int
    resource_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """Length, grid and clean-up of an appointment, all in elapsed seconds (rule T3).

    Buffers must be free but may lie outside opening hours, unless ``buffers_within_hours``.
    Raises ValueError for a duration or step that is not positive, or a negative buffer.
    """

    duration: int
    step: int
    buffer_before: int = 0
    buffer_after: int = 0
    buffers_within_hours: bool = False

    def __post_init__(self) -> None:
        if self.duration <= 0 or self.step <= 0:
            raise ValueError("Duration and step are longer than nothing.")
        if self.buffer_before < 0 or self.buffer_after < 0:
            raise ValueError("Buffers are not negative.")

    def appointment(self, start: int) -> Seconds:
        """What the customer gets."""
        return start, start + self.duration

    def footprint(self, start: int) -> Seconds:
        """What the resource really loses: the appointment and its buffers."""
        return start - self.buffer_before, start + self.duration + self.buffer_after

    def within_hours(self, start: int) -> Seconds:
        """What must lie inside opening hours (rule T4)."""
        return self.footprint(start) if self.buffers_within_hours else self.appointment(start)


@dataclass(frozen=True, slots=True)
class Limits:
    """When a start may be booked: ``earliest`` and ``latest`` are inclusive Unix seconds.

    The other fields remember the policy behind them, so that a refusal can say when it opens:
    ``max_advance`` in elapsed seconds, ``horizon_days`` in dates of the business, and the last
    second that horizon allows. Made by ``compute_limits``. Nothing starts within the spans
    ``called_off`` (Unix seconds, in order), whatever else is allowed: days of appointments for
    which too few people came in time (rule B16).
    """

    earliest: int | None = None
    latest: int | None = None
    max_advance: int | None = None
    horizon_days: int | None = None
    horizon_latest: int | None = None
    called_off: tuple[Seconds, ...] = ()

    def allow(self, start: int) -> bool:
        """Whether a start lies between both limits, and on no day that is called off."""
        if self.is_called_off(start):
            return False
        return (self.earliest is None or self.earliest <= start) and (
            self.latest is None or start <= self.latest
        )

    def is_called_off(self, start: int) -> bool:
        """Whether a start lies on a day for which too few people came in time."""
        return any(low <= start < high for low, high in self.called_off)


@dataclass(frozen=True, slots=True)
class Search:
    """One question to the engine: the rules, the resources and what is wanted.

    ``requirements[0]`` is the primary one (staff): its windows anchor the grid. ``zone`` is the
    venue's. ``location_id`` None asks without a place (online, at the customer's).
    """

    zone: ZoneInfo
    business_hours: Hours
    resources: Mapping[int, ResourceFacts]
    requirements: tuple[Requirement, ...]
    shape: Shape
    service_hours: Hours | None = None
    limits: Limits = Limits()
    location_id: int | None = None
    selection: Selection = Selection.RANKED


def _check_range(minutes: MinuteRange) -> None:
    start, end = minutes
    if not (0 <= start < MINUTES_OF_DAY and start < end <= 2 * MINUTES_OF_DAY):
        raise ValueError(f"{start}-{end} is not a range of minutes that starts within the day.")


class Unit(StrEnum):
    """What a policy counts in (rule T10): hours and minutes elapse, days are dates."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"


SECONDS_OF = {Unit.MINUTES: 60, Unit.HOURS: 3600}


def compute_limits(
    *,
    now: int,
    zone: ZoneInfo,
    min_notice_minutes: int | None = None,
    max_advance_minutes: int | None = None,
    horizon_days: int | None = None,
) -> Limits:
    """The starts a policy lets people book at ``now`` (Unix seconds).

    Notice and advance are elapsed minutes, both bounds still bookable; a start that has come is
    not. ``horizon_days`` counts dates of the business's ``zone`` after today. None: no such limit.
    """
    earliest = now + max(1, (min_notice_minutes or 0) * 60)
    max_advance = None if max_advance_minutes is None else max_advance_minutes * 60
    horizon_latest = None
    if horizon_days is not None:
        horizon_latest = horizon_end(now, zone, horizon_days) - 1
    by_advance = None if max_advance is None else now + max_advance
    bounds = [it for it in (by_advance, horizon_latest) if it is not None]
    return Limits(
        earliest=earliest,
        latest=min(bounds, default=None),
        max_advance=max_advance,
        horizon_days=horizon_days,
        horizon_latest=horizon_latest,
    )


def horizon_end(now: int, zone: ZoneInfo, days: int) -> int:
    """The first instant that can no longer be booked: the end of the date ``days`` after today.

    Today is the date of ``zone``, the business's (rule T8); 14 days ahead of 28 February is all of
    14 March, whatever the clocks do between.
    """
    return day_bounds(zone, local_date(zone, now) + timedelta(days=days))[1]


def opens_at(start: int, *, limits: Limits, zone: ZoneInfo) -> int | None:
    """When a start becomes bookable: the "opens on" of a time that is still too far away.

    The later one of the elapsed advance and the first instant of the date ``horizon_days`` before
    the start's date. None when the policy limits neither.
    """
    opens = []
    if limits.max_advance is not None:
        opens.append(start - limits.max_advance)
    if limits.horizon_days is not None:
        on = local_date(zone, start) - timedelta(days=limits.horizon_days)
        opens.append(day_bounds(zone, on)[0])
    return max(opens, default=None)


def cutoff_before(start: int, *, zone: ZoneInfo, value: int, unit: Unit) -> Resolved:
    """The last instant of a rule "until N hours (or days) before" an appointment's start.

    Hours and minutes elapse (24 hours before Sunday 10:00 may be Saturday 09:00); days are the
    same wall time on an earlier date, resolved in the customer's favour (rule T5). Also tells when
    a reminder is due.
    """
    if unit is Unit.DAYS:
        return compatible(zone, wall_of(zone, start) - value * DAY)
    return Resolved(start - value * SECONDS_OF[unit], Resolution.ELAPSED)


def is_in_time(*, now: int, cutoff: int) -> bool:
    """Whether a rule with this cutoff still allows it: the cutoff's own second does."""
    return now <= cutoff


def hold_ends_at(now: datetime, *, minutes: int) -> datetime:
    """When a hold or an offer of so many minutes ends: it counts before that instant, not at it.

    On a whole second, so that who compares seconds and who compares instants say the same.
    """
    return now.replace(microsecond=0) + timedelta(minutes=minutes)


def elapse(start: int, *, minutes: int) -> int:
    """The end of a hold, an offer or a link: elapsed minutes, never wall-clock ones (rule T3)."""
    return start + minutes * 60
