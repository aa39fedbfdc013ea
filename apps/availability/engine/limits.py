"""How early, how late: policy numbers turned into instants (rules B5, T3, T5, T8, T10).

Minutes and hours are elapsed time; days are dates of the business at the same wall time. The two
differ when clocks change, so pages show the resulting date and time, never only the number.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from apps.availability.engine.inputs import Limits
from apps.availability.engine.zones import (
    DAY,
    Resolution,
    Resolved,
    compatible,
    day_bounds,
    local_date,
    wall_of,
)


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
