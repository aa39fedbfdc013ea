from datetime import datetime

from django.db import transaction

from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations._access import revoke_links
from apps.bookings.operations._errors import AlreadyCorrected, NotAllowed
from apps.bookings.operations._moves import Actor, lock_booking, write_move
from apps.bookings.policy import Reason
from apps.bookings.states import OCCUPYING, Status
from apps.customers.operations import find_or_add_customer


@transaction.atomic
def correct_address(*, booking_id: int, business_id: int, email: str, now: datetime) -> Booking:
    """Let the browser that booked correct its mistyped address, once.

    email is in lower case. The booking moves to the contact with that address, links in mails to
    the old one are closed (rule S15), and the mail is sent again. The history does not repeat
    either address, so that they can be erased in one place.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        AlreadyCorrected: it was corrected before.
        NotAllowed: it is over or was declined.
    """
    booking = lock_booking(booking_id=booking_id, business_id=business_id, revision=None)
    if Status(booking.status) not in OCCUPYING or booking.ends_at <= now:
        raise NotAllowed(Reason.FINAL)
    if booking.history.filter(action=BookingEvent.Action.READDRESSED).exists():
        raise AlreadyCorrected
    customer = find_or_add_customer(
        business_id=business_id,
        name=booking.contact_name,
        email=email,
        phone=booking.contact_phone,
        now=now,
    )
    revoke_links(booking=booking, now=now)
    write_move(
        booking,
        action=BookingEvent.Action.READDRESSED,
        actor=Actor.of(None),
        now=now,
        columns={"contact_email": email, "customer": customer},
    )
    return booking
