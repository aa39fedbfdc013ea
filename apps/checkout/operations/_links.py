"""Where a provider sends the customer back to."""

from django.urls import reverse

from apps.bookings.models import Booking


def return_url(booking: Booking, *, origin: str) -> str:
    """The page that waits for the truth: arriving there proves nothing.

    What is a booking already is shown by its own page.
    """
    if booking.status != Booking.Status.CREATED:
        return origin + reverse("self_service:booking", args=[booking.reference])
    return origin + _path("checkout:wait", booking)


def cancel_url(booking: Booking, *, origin: str) -> str:
    """The page on which one pays: nothing is lost."""
    if booking.status != Booking.Status.CREATED:
        return origin + reverse("self_service:booking", args=[booking.reference])
    return origin + _path("checkout:pay", booking)


def _path(name: str, booking: Booking) -> str:
    return reverse(name, kwargs={"draft": booking.draft_id})
