from datetime import datetime

from django.db import transaction

from apps.availability import operations as availability
from apps.availability.models import Session
from apps.bookings.operations._waitlist_offer import offer_places


@transaction.atomic
def change_places(*, session: Session, capacity: int, now: datetime) -> None:
    """Give a session, or the course run it belongs to, another number of places; what comes free
    is offered to those who wait.

    Raises:
        SeatsTaken: more places than that are taken or offered.
    """
    target = session.course_run or session
    availability.set_capacity(target=target, capacity=capacity, now=now)
    offer_places(target=target, now=now, new_round=True)
