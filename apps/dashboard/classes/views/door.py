"""A code shown at the door leads to whom it names (rule S25)."""

from django.http import Http404, HttpResponse
from django.utils import timezone

from apps.bookings.door_codes import read_door_code
from apps.bookings.models import Booking
from apps.bookings.states import OCCUPYING
from apps.classes.queries.attending import session_of_day
from apps.dashboard.access import OwnerRequest
from apps.dashboard.frame.views.owner_page import owner_page, to_page
from apps.dashboard.roles import Right


@owner_page(Right.LOOK)
def door(request: OwnerRequest, code: str) -> HttpResponse:
    """Go on to the line of the roster, or to the booking where it has none: for an appointment, and
    for a place that was cancelled or only waits for one."""
    booking_id = read_door_code(code) or 0
    found = Booking.objects.filter(pk=booking_id).values_list("reference", flat=True)
    reference = found.first()
    if reference is None:
        raise Http404
    booking = request.access.booking(reference)
    session = session_of_day(booking=booking, now=timezone.now())
    if session is None or booking.status not in OCCUPYING:
        return to_page(request, "booking", reference)
    return to_page(request, "roster", session.pk, fragment=f"p-{reference}-0")
