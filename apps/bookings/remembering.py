"""What a device remembers of whoever booked on it, when told to: which bookings, by their ids, and
nothing about the person (rule D7)."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from apps.bookings.models import Booking
from apps.web.signed import read_signed

DEVICE_SALT = "apps.bookings.device"
DEVICE_LIFE = timedelta(days=180)
MAX_REMEMBERED = 5


def remembered(request: HttpRequest) -> list[int]:
    """Return the ids of bookings this device remembers, the newest last; nothing when forged."""
    raw = request.COOKIES.get(_device_name(), "")
    try:
        found = read_signed(raw, salt=DEVICE_SALT, life=DEVICE_LIFE)
    except signing.BadSignature:
        return []
    return [pk for pk in found if isinstance(pk, int)] if isinstance(found, list) else []


def remember(request: HttpRequest, response: HttpResponse, booking: Booking) -> None:
    """Keep a booking's id on the device; nothing about the person is in the cookie (rule D7)."""
    ids = [pk for pk in remembered(request) if pk != booking.pk]
    response.set_cookie(
        _device_name(),
        signing.dumps([*ids, booking.pk][-MAX_REMEMBERED:], salt=DEVICE_SALT),
        max_age=DEVICE_LIFE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponse) -> None:
    """Forget the person at once (rule D7)."""
    response.delete_cookie(_device_name(), samesite="Lax")


def _device_name() -> str:
    return "__Host-device" if settings.SESSION_COOKIE_SECURE else "device"
