from dataclasses import replace
from datetime import datetime

from django.db import transaction

from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations._errors import NotAllowed
from apps.bookings.operations._moves import Actor, lock_booking, write_move
from apps.bookings.policy import Reason
from apps.bookings.states import OCCUPYING
from apps.businesses.models import TeamMember


@transaction.atomic
def set_online_link(
    *, booking_id: int, revision: int, link: str, by: TeamMember, now: datetime
) -> Booking:
    """Give an online booking the link under which it takes place, in place of the service's.

    A confirmed customer is told by mail; one whose request still waits reads it with the yes. The
    same link again changes nothing and tells nobody.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it meanwhile.
        NotAllowed: it does not happen online, or it does not take place.
    """
    booking = lock_booking(booking_id=booking_id, business_id=by.business_id, revision=revision)
    booked = booking.as_booked
    if not booked.is_online or booking.status not in OCCUPYING:
        raise NotAllowed(Reason.WRONG_STATUS)
    if booked.online_link == link:
        return booking
    write_move(
        booking,
        action=BookingEvent.Action.LINKED,
        actor=Actor.of(by),
        now=now,
        columns={"service_snapshot": replace(booked, online_link=link).as_snapshot()},
    )
    return booking
