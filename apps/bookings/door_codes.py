"""The code that a customer shows at the door and the team reads with a phone (rule S25): it tells
the team which booking it is, and opens nothing."""

from django.core import signing

from apps.bookings.models import Booking

SALT = "apps.bookings.door"


def door_code(booking: Booking) -> str:
    """Letters for an address, signed; the same rights as the reference: none."""
    return signing.dumps(booking.pk, salt=SALT)


def read_door_code(code: str) -> int | None:
    """The key of the booking that a code was made for; None for any other text."""
    try:
        found = signing.loads(code, salt=SALT)
    except signing.BadSignature:
        return None
    return found if isinstance(found, int) else None
