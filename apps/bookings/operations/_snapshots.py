"""What is frozen with a booking: its rules and the zone database they were read with."""

from functools import cache
from importlib.metadata import version
from typing import Any

from apps.bookings.queries.rules import policy_of
from apps.catalog.models import BookingPolicy


def policy_snapshot(policy: BookingPolicy) -> dict[str, Any]:
    """Copy the rules that later decisions about this booking will read (R051)."""
    return policy_of(policy).as_snapshot()


@cache
def tzdata_version() -> str:
    """Return the version of the pinned zone database (time.md T7)."""
    return version("tzdata")
