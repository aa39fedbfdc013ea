"""C15: a place in line, by its link: take what is offered, let it go, leave; only by POST."""

from collections.abc import Callable
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.availability.operations import BusyTryAgain, NoSeats
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.self_service.views.booking import granted_booking, show_booking
from apps.web.http import go_to


@require_POST
def take(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the place that is offered; taken twice it is the same booking."""
    return _answer(request, reference, _take)


@require_POST
def refuse(request: HttpRequest, reference: str) -> HttpResponse:
    """Let the offer go to the next and stay in line."""
    return _answer(request, reference, _refuse)


@require_POST
def leave(request: HttpRequest, reference: str) -> HttpResponse:
    """Leave the line."""
    return _answer(request, reference, _leave)


def _take(*, booking: Booking, now: datetime) -> None:
    is_time = booking.kind == "APPOINTMENT"
    take = bookings.take_offered_time if is_time else bookings.take_offered_place
    checkout.book_with_discount(book=lambda: take(booking=booking, now=now), now=now)


def _refuse(*, booking: Booking, now: datetime) -> None:
    if booking.kind == "APPOINTMENT":
        bookings.refuse_time(booking=booking, now=now)
    else:
        bookings.refuse_offer(booking=booking, now=now)


def _leave(*, booking: Booking, now: datetime) -> None:
    bookings.leave_waitlist(booking=booking, by=None, now=now)


def _answer(request: HttpRequest, reference: str, verb: Callable[..., object]) -> HttpResponse:
    booking, now = granted_booking(request, reference), timezone.now()
    if not hasattr(booking, "waiting"):
        raise Http404
    try:
        verb(booking=booking, now=now)
    except bookings.OfferGone:
        words = _("The offer went to the next person. You keep your place in line.")
        return show_booking(request, booking, now=now, problem=words, status=410)
    except (bookings.NotInLine, NoSeats):
        words = _("You are not in line for this any more.")
        return show_booking(request, booking, now=now, problem=words, status=409)
    except BusyTryAgain:
        words = _("Many people are booking at this moment. Please press the button again.")
        return show_booking(request, booking, now=now, problem=words, status=409)
    return go_to(request, "self_service:booking", reference=reference)
