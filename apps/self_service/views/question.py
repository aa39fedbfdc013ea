"""What a customer answers who was asked shortly before the start whether to wait on (rule B36)."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.bookings import operations as bookings
from apps.bookings.forms.picks import Unreadable, read_number
from apps.kernel.refusals import Refusal
from apps.self_service.views.booking import granted_booking, show_booking
from apps.web.http import go_to


@require_POST
def wait_on(request: HttpRequest, reference: str) -> HttpResponse:
    """Write down that they keep waiting; sent twice it is written once."""
    booking, now = granted_booking(request, reference), timezone.now()
    try:
        bookings.wait_on(
            booking_id=booking.pk,
            business_id=booking.business_id,
            revision=read_number(request.POST.get("revision", "")) or 0,
            now=now,
        )
    except (Refusal, Unreadable):
        booking.refresh_from_db()
        words = _("This has just changed. Here is how it stands now.")
        return show_booking(request, booking, now=now, problem=words, status=409)
    return go_to(request, "self_service:booking", reference=reference)
