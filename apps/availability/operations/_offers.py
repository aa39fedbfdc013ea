"""Places kept for whoever is first in line: counted in seats_offered, for nobody else to take."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from apps.availability.models import Seating
from apps.availability.operations._errors import NoSeats, saying_busy
from apps.availability.operations._seats import (
    Target,
    locked_target,
    open_rows,
    release_lapsed,
    row_of,
    target_of,
)


@transaction.atomic(savepoint=False)
def lock_target(*, target: Target, now: datetime) -> Target:
    """Lock a session or a run until the transaction ends and return it as it is now, holds that
    ran out released (rule C5).

    Raises:
        BusyTryAgain: the lock did not come in time.
    """
    with saying_busy():
        release_lapsed(target=locked_target(target), now=now)
    target.refresh_from_db()
    return target


def offer_seats(*, target: Target, seats: int) -> bool:
    """Keep places for an offer; tell whether there were enough."""
    room = open_rows(row_of(target)).filter(
        capacity__gte=F("seats_taken") + F("seats_offered") + seats
    )
    return bool(room.update(seats_offered=F("seats_offered") + seats))


def withdraw_seats(*, target: Target, seats: int) -> None:
    """Give the places of an offer back to everybody."""
    row_of(target).update(seats_offered=F("seats_offered") - seats)


def take_offered_seats(*, seating: Seating) -> None:
    """Count a new seating whose places were offered: not a moment free in between.

    Raises:
        NoSeats: it no longer takes place.
    """
    moved = open_rows(row_of(target_of(seating))).update(
        seats_offered=F("seats_offered") - seating.seats,
        seats_taken=F("seats_taken") + seating.seats,
    )
    if not moved:
        raise NoSeats(0)
