"""A place in line, by its link: take what is offered, let it go, leave; only by POST."""

from collections.abc import Callable
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.availability.operations import BusyTryAgain, NoSeats
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.queries.stub import stub_of
from apps.bookings.queries.waitlist import wish_words_of
from apps.businesses.pages import frame_of
from apps.checkout import operations as checkout
from apps.self_service.queries import place_of
from apps.self_service.views.booking import granted_booking, show_booking
from apps.web.http import go_to, render_page


@require_POST
def take(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the place that is offered; taken twice it is the same booking."""
    return _answer(request, reference, _take)


@require_POST
def refuse(request: HttpRequest, reference: str) -> HttpResponse:
    """Let the offer go to the next and stay in line."""
    return _answer(request, reference, _refuse)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def leave(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once what leaving means, then leave the line."""
    if request.method == "POST":
        return _answer(request, reference, _leave)
    booking, now = granted_booking(request, reference), timezone.now()
    waiting = place_of(booking=booking, now=now)
    if waiting is None:
        return go_to(request, "self_service:booking", reference=reference)
    context = {
        **frame_of(business=booking.business, place=booking.location),
        "zone": booking.zone,
        "now": now,
        "reference": reference,
        "kind": booking.kind,
        "waiting": waiting,
        "wish": wish_words_of(booking=booking),
        "stub": stub_of(booking=booking),
    }
    return render_page(request, "self_service/leave.html", None, context)


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
    except bookings.TooFewSoFar:
        words = _(
            "Others have left, and with you it would be too few people. Your place is kept until "
            "the offer ends: please try again later."
        )
        return show_booking(request, booking, now=now, problem=words, status=409)
    except (bookings.NotInLine, NoSeats):
        words = _("You are not in line for this any more.")
        return show_booking(request, booking, now=now, problem=words, status=409)
    except BusyTryAgain:
        words = _("Many people are booking at this moment. Please press the button again.")
        return show_booking(request, booking, now=now, problem=words, status=409)
    return go_to(request, "self_service:booking", reference=reference)
