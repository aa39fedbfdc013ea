"""Reasons as data: codes, whom they concern, what is in the way, and what would help (rule T15)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from apps.kernel.spans import Seconds


class ReasonCode(StrEnum):
    """Why a time cannot be booked; the order here is the order of the answers."""

    TOO_LATE = "TOO_LATE"
    TOO_FEW_PEOPLE = "TOO_FEW_PEOPLE"
    OFF_GRID = "OFF_GRID"
    BUFFER_TOO_SHORT = "BUFFER_TOO_SHORT"
    BUSY = "BUSY"
    OUTSIDE_HOURS = "OUTSIDE_HOURS"
    DURATION_TOO_LONG = "DURATION_TOO_LONG"
    NOT_AT_LOCATION = "NOT_AT_LOCATION"
    RESOURCE_NOT_WORKING = "RESOURCE_NOT_WORKING"
    SERVICE_NOT_OFFERED_THEN = "SERVICE_NOT_OFFERED_THEN"
    BUSINESS_CLOSED = "BUSINESS_CLOSED"
    NO_WORKING_HOURS = "NO_WORKING_HOURS"
    NO_ASSIGNED_RESOURCES = "NO_ASSIGNED_RESOURCES"
    TOO_EARLY = "TOO_EARLY"
    BEYOND_HORIZON = "BEYOND_HORIZON"


ORDER = {code: place for place, code in enumerate(ReasonCode)}
# These hold for everybody alike, so they are said once and without a name.
OF_THE_BUSINESS = {ReasonCode.SERVICE_NOT_OFFERED_THEN, ReasonCode.BUSINESS_CLOSED}


class ChangeKind(StrEnum):
    """What would open a time; MOVE and OPENS_AT name the moment, the others the minutes."""

    MOVE = "MOVE"
    EXTEND_START = "EXTEND_START"
    EXTEND_END = "EXTEND_END"
    EXTEND_BOTH = "EXTEND_BOTH"
    SHORTEN_DURATION = "SHORTEN_DURATION"
    SHORTEN_BUFFER = "SHORTEN_BUFFER"
    SHORTEN_NOTICE = "SHORTEN_NOTICE"
    OPENS_AT = "OPENS_AT"


@dataclass(frozen=True, slots=True)
class Change:
    """The smallest change of one thing that would remove a reason.

    ``minutes`` are elapsed minutes, rounded up; for MOVE they are signed (minus is earlier).
    """

    kind: ChangeKind
    minutes: int | None = None
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: whom it concerns, the span in the way (Unix seconds), and what would help.

    For BUSY and BUFFER_TOO_SHORT ``span`` is the occupied time, for OUTSIDE_HOURS the open one.
    """

    code: ReasonCode
    resource_id: int | None = None
    span: Seconds | None = None
    change: Change | None = None


def in_order(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Each reason once, most specific first; among equals the order found stays."""
    return tuple(sorted(dict.fromkeys(reasons), key=lambda reason: ORDER[reason.code]))


def minutes_up(seconds: int) -> int:
    """Whole minutes, rounded up."""
    return -(-seconds // 60)
