"""A booking that was paid for too late: another time for the same money, or all of it back."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.kernel.refusals import Refusal
from apps.self_service.queries import overlap_of
from apps.self_service.views.booking import granted_booking, show_booking
from apps.web.http import go_to


@require_POST
def another_time(request: HttpRequest, reference: str) -> HttpResponse:
    """Take one of the times that are offered."""
    now, booking = timezone.now(), granted_booking(request, reference)
    at = _offered(request, booking, now=now)
    if at is None:
        words = _("That time is no longer free. Please choose another one.")
        return show_booking(request, booking, now=now, problem=words, status=409)
    try:
        bookings.move_out_of_conflict(
            booking_id=booking.pk,
            business_id=booking.business_id,
            starts_at=at,
            by=None,
            now=now,
        )
    except bookings.TooFewSoFar:
        words = _("Too few people have booked on that day so far. Please choose another one.")
        return show_booking(request, booking, now=now, problem=words, status=409)
    except Refusal:
        words = _("That time is no longer free. Please choose another one.")
        return show_booking(request, booking, now=now, problem=words, status=409)
    return go_to(request, "self_service:booking", reference=reference)


@require_POST
def money_back(request: HttpRequest, reference: str) -> HttpResponse:
    """Cancel, with all of the money back."""
    now, booking = timezone.now(), granted_booking(request, reference)
    try:
        checkout.cancel_and_refund(
            booking_id=booking.pk,
            business_id=booking.business_id,
            reason="",
            by=None,
            now=now,
        )
    except Refusal:
        words = _("This has already been settled. Here is how it stands now.")
        return show_booking(request, booking, now=now, problem=words, status=409)
    return go_to(request, "self_service:booking", reference=reference)


def _offered(request: HttpRequest, booking: Booking, *, now: datetime) -> datetime | None:
    """The time that was tapped, when it is one of those that are offered."""
    overlap = overlap_of(booking=booking, now=now)
    asked = request.POST.get("time", "")
    times = overlap.times if overlap else ()
    return next((at for at in times if f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" == asked), None)
