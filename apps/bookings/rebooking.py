"""How often one customer may book one service, by the owner's policy of today (rule B46). Pure.

It counts when things were booked, not when they begin: moving a booking neither frees nor takes
anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class RebookingLimit:
    """So many bookings of a service for one customer: within so many days, elapsed (rule T3), or in
    all where days is None."""

    most: int
    days: int | None = None

    def begins_at(self, now: datetime) -> datetime | None:
        """Since when bookings count, themselves left out (UTC); None for all there ever were."""
        return None if self.days is None else now - timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Rebooking:
    """opens_at (UTC): when a customer who is at the limit may book again, None for never."""

    allowed: bool
    opens_at: datetime | None = None


def may_book_again(
    limit: RebookingLimit | None, *, made: Sequence[datetime], now: datetime
) -> Rebooking:
    """Tell whether somebody may book a service once more who booked it then (UTC, in any order).
    The first is always allowed; the moment at which one stops to count is theirs."""
    if limit is None:
        return Rebooking(allowed=True)
    since = limit.begins_at(now)
    counted = sorted((at for at in made if since is None or at > since), reverse=True)
    if len(counted) < limit.most:
        return Rebooking(allowed=True)
    if limit.days is None:
        return Rebooking(allowed=False)
    return Rebooking(allowed=False, opens_at=counted[limit.most - 1] + timedelta(days=limit.days))
