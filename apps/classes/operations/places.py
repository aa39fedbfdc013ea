from datetime import datetime

from django.db import transaction

from apps.availability import operations as availability
from apps.availability.models import Session
from apps.bookings.announcements import announce_free_places
from apps.bookings.operations.errors import StaleRevision


@transaction.atomic
def change_places(
    *, session: Session, capacity: int, now: datetime, seen: int | None = None
) -> None:
    """Give a session, or the course run it belongs to, another number of places; what comes free
    is offered to those who wait. seen is how many the page showed.

    Raises:
        StaleRevision: somebody gave it another number meanwhile.
        SeatsTaken: more places than that are taken or offered.
    """
    target = availability.lock_target(target=session.course_run or session, now=now)
    if seen is not None and target.capacity != seen:
        raise StaleRevision
    availability.set_capacity(target=target, capacity=capacity, now=now)
    announce_free_places(target, now=now)
