"""More people on a booking of a class, for whoever made it or has its link (rule B17)."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.availability.operations import NoSeats
from apps.bookings import operations as bookings
from apps.bookings.forms.picks import Unreadable, read_number
from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.classes import operations as classes
from apps.kernel.refusals import Refusal
from apps.self_service.queries.obstacles import obstacle_words
from apps.self_service.views.booking import granted_booking, show_booking
from apps.web.http import HttpResponseSeeOther, go_to


@require_POST
def add(request: HttpRequest, reference: str) -> HttpResponse:
    """Bring one more person than the page showed; sent again, there is nothing left to do. Where
    those who come were named, the page of how many asks for the name first."""
    booking, now = granted_booking(request, reference), timezone.now()
    seen = _people_seen(request)
    if seen is None:
        words = _("This could not be changed just now. Please check it and try again.")
        return show_booking(request, booking, now=now, problem=words, status=422)
    if booking.participants.exists():
        page = reverse("self_service:add_people", args=[reference])
        return HttpResponseSeeOther(f"{page}?people={seen + 1}")
    try:
        checkout.add_people(booking=booking, more=1, seen_people=seen, now=now)
    except Refusal as refused:
        words = why_not_added(refused, booking)
        status = 422 if isinstance(refused, bookings.TooManyPeople) else 409
        return show_booking(request, booking, now=now, problem=words, status=status)
    return go_to(request, "self_service:booking", reference=reference)


def why_not_added(refused: Refusal, booking: Booking) -> str:
    """Why nobody was added, in the words of the page."""
    match refused:
        case bookings.TooManyPeople():
            return _("This booking cannot be for more people.")
        case bookings.NotBookable():
            return _("This cannot be booked online right now. Nobody was added.")
        case bookings.CannotJoin(joining=joining):
            why = obstacle_words(joining, zone=booking.zone, locale=booking.business.locale)
            return _("%(why)s Nobody was added.") % {"why": why}
        case NoSeats():
            return _("There is no place for one more.")
        case classes.NotComing():
            return _("Nobody can be added to this booking. To bring more people, book again.")
    return _("This could not be changed just now. Please check it and try again.")


def _people_seen(request: HttpRequest) -> int | None:
    """How many came on the booking when the page was made; None when it does not say."""
    try:
        return read_number(request.POST.get("people", ""))
    except Unreadable:
        return None
