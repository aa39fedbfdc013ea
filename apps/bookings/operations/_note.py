from datetime import datetime

from django.db import transaction

from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations._moves import Actor, lock_booking, write_move
from apps.businesses.models import TeamMember


@transaction.atomic
def note_booking(
    *, booking_id: int, revision: int, by: TeamMember, note: str, now: datetime
) -> Booking:
    """Keep the team's own note on a booking; customers never see it.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it meanwhile; the typed text is the view's to keep.
    """
    booking = lock_booking(booking_id=booking_id, business_id=by.business_id, revision=revision)
    write_move(
        booking,
        action=BookingEvent.Action.NOTED,
        actor=Actor.of(by),
        now=now,
        columns={"owner_note": note},
    )
    return booking
