"""Who counts together where a minimum of people is needed, locked while it is counted (B16)."""

from datetime import datetime

from apps.availability import operations as availability
from apps.bookings import states
from apps.bookings.models import Booking
from apps.bookings.operations.errors import TooFewSoFar
from apps.bookings.queries.minimum import MinimumGroup, group_at, starts_with_enough


def lock_people_of_day(group: MinimumGroup) -> None:
    """Let nobody of a day of appointments come or go until the transaction ends; before any
    resource is locked (rule C2).

    Raises:
        BusyTryAgain: the lock did not come in time.
    """
    with availability.saying_busy():
        members = Booking.objects.filter(group.members, status__in=states.OCCUPYING)
        list(members.select_for_update().order_by("pk").values_list("pk"))


def require_enough_then(booking: Booking, *, starts_at: datetime, now: datetime) -> None:
    """Let a locked appointment that is confirmed go only to a day (UTC) of which it is decided that
    it takes place, or is with these people (rule B31).

    Raises:
        TooFewSoFar: as its name says.
        BusyTryAgain: the lock did not come in time.
    """
    group = group_at(booking, starts_at) if booking.status == Booking.Status.CONFIRMED else None
    if group is None:
        return
    lock_people_of_day(group)
    if not starts_with_enough(booking, [starts_at], now=now):
        raise TooFewSoFar
