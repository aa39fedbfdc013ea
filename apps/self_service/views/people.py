"""More people on a booking of a class, for whoever made it or opened its link (R063)."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.availability.operations import BusyTryAgain, NoSeats
from apps.bookings import operations as bookings
from apps.self_service.views.booking import granted_booking, show_booking
from apps.web.http import go_to


@require_POST
def add(request: HttpRequest, reference: str) -> HttpResponse:
    """Bring one more person."""
    booking, now = granted_booking(request, reference), timezone.now()
    try:
        bookings.add_people(booking=booking, more=1, now=now)
    except bookings.TooManyPeople:
        words = _("No more people can come on one booking.")
        return show_booking(request, booking, now=now, problem=words, status=422)
    except (bookings.CannotJoin, NoSeats):
        words = _("There is no place for one more.")
        return show_booking(request, booking, now=now, problem=words, status=409)
    except (bookings.NotComing, BusyTryAgain):
        words = _("This could not be changed now. Please look once more.")
        return show_booking(request, booking, now=now, problem=words, status=409)
    return go_to(request, "self_service:booking", reference=reference)
