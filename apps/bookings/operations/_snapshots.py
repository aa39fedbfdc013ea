"""What is frozen with a booking: its rules and the zone database they were read with."""

from functools import cache
from importlib.metadata import version
from typing import Any

from apps.bookings.policy import Policy
from apps.catalog.models import BookingPolicy


def policy_snapshot(policy: BookingPolicy) -> dict[str, Any]:
    """Copy the rules that later decisions about this booking will read (R051)."""
    return Policy(
        cancel_allowed=policy.cancel_allowed,
        cancel_until_minutes=policy.cancel_until_minutes,
        cancel_by_link=policy.cancel_by_link,
        move_allowed=policy.move_allowed,
        move_until_minutes=policy.move_until_minutes,
        move_by_link=policy.move_by_link,
        max_participants=policy.max_participants,
        description=policy.description,
    ).as_snapshot()


@cache
def tzdata_version() -> str:
    """Return the version of the pinned zone database (time.md T7)."""
    return version("tzdata")
