"""A better time for an appointment, for whoever made it or has its link: asked for, taken in one
step, let pass (rule B37). Each step works without scripts."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.forms.picks import ANYBODY, read_number
from apps.bookings.models import AccessLink, Booking
from apps.bookings.policy import Verdict
from apps.bookings.queries.better_times import find_move_wish, may_wish
from apps.bookings.queries.offered import choice_as_booked
from apps.bookings.queries.stub import stub_of
from apps.bookings.visitors import is_of_signed_in
from apps.bookings.wording import length_words
from apps.businesses.pages import frame_of
from apps.catalog.queries import zone_of
from apps.kernel.refusals import Refusal
from apps.self_service.forms import BetterTimeForm
from apps.self_service.queries.better import better_of
from apps.self_service.queries.moving import why_not_words
from apps.self_service.views.booking import granted_booking, show_booking
from apps.self_service.views.move import reading_what_we_wrote
from apps.waitlists import operations as waitlists
from apps.waitlists.queries import offer_rules
from apps.web import limit_rules as rules
from apps.web.http import go_to, render_page
from apps.web.limits import Hit, require_room

MAX_SHOWN = 3


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@reading_what_we_wrote
def better(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for a better time on some days and in some hours, and keep the one there is."""
    booking, now = granted_booking(request, reference), timezone.now()
    is_known = is_of_signed_in(request, booking)
    if not may_wish(booking=booking, now=now, is_known=is_known):
        words = _("You cannot ask for a better time for this booking. You keep your time.")
        return show_booking(request, booking, now=now, problem=words, status=409)
    if request.method != "POST":
        return _show(request, booking, _form(booking, None, now=now), now=now)
    form = _form(booking, request.POST, now=now)
    if not form.is_valid():
        return _show(request, booking, form, now=now, status=422)
    require_room(hits=[Hit(rules.MOVES_PER_BOOKING, booking.reference)], now=now)
    try:
        waitlists.wish_for_better_time(
            booking=booking,
            revision=read_number(request.POST.get("revision", "")) or 0,
            wish=form.wish(),
            resource_id=form.resource_id(),
            now=now,
            is_known=is_known,
        )
    except Refusal as no:
        return _refused(request, booking, form, no, now=now)
    return go_to(request, "self_service:booking", reference=reference)


def _form(booking: Booking, data: Any, *, now: datetime) -> BetterTimeForm:
    venue = zone_of(service=booking.service, location=booking.location)
    return BetterTimeForm(
        data,
        today=now.astimezone(venue).date(),
        own_day=booking.starts_at.astimezone(venue).date(),
        locale=booking.business.locale,
        people=[(it.resource_id, it.short_name) for it in choice_as_booked(booking=booking).staff],
        chosen=booking.resource_id if booking.selection == "SPECIFIC_RESOURCE" else None,
        known=find_move_wish(booking=booking),
    )


def _refused(
    request: HttpRequest, booking: Booking, form: BetterTimeForm, no: Refusal, *, now: datetime
) -> HttpResponse:
    """The form again where other days help; else the booking as it is now."""
    if isinstance(no, waitlists.TimesAreFree):
        words = _("There are better times right now:")
        free = no.starts[:MAX_SHOWN]
        return _show(request, booking, form, now=now, notice=words, free=free, status=409)
    if isinstance(no, waitlists.WishIsClosed):
        words = _("These hours cannot be booked. Please choose others.")
        return _show(request, booking, form, now=now, notice=words, status=409)
    if isinstance(no, waitlists.WishIsOver):
        words = _("These hours have passed. Please choose others.")
        return _show(request, booking, form, now=now, notice=words, status=409)
    fresh = granted_booking(request, booking.reference)
    return show_booking(request, fresh, now=now, problem=_words(no), status=no.status)


def _show(
    request: HttpRequest,
    booking: Booking,
    form: BetterTimeForm,
    *,
    now: datetime,
    notice: str = "",
    free: Sequence[datetime] = (),
    status: int = 200,
) -> HttpResponse:
    offers = offer_rules(service_id=booking.service_id, location=booking.location)
    context = {
        **frame_of(business=booking.business, place=booking.location),
        "zone": booking.zone,
        "now": now,
        "reference": booking.reference,
        "status": booking.status,
        "revision": booking.revision,
        "stub": stub_of(booking=booking),
        "form": form,
        "is_asked": find_move_wish(booking=booking) is not None,
        "notice": notice,
        "free": [(at, _url_of(booking, form, at)) for at in free],
        "offer_words": length_words(offers.minutes),
    }
    return render_page(request, "self_service/better.html", None, context, status=status)


def _url_of(booking: Booking, form: BetterTimeForm, at: datetime) -> str:
    """The picker of a move on the day of a free time, with the person who was wanted."""
    path = reverse("self_service:move", kwargs={"reference": booking.reference})
    day = at.astimezone(booking.zone).date().isoformat()
    return f"{path}?{urlencode({'staff': form.resource_id() or ANYBODY, 'date': day})}"


@require_POST
def stop(request: HttpRequest, reference: str) -> HttpResponse:
    """Be asked about better times no more."""
    booking = granted_booking(request, reference)
    waitlists.end_wish(booking_id=booking.pk, business_id=booking.business_id, now=timezone.now())
    return go_to(request, "self_service:booking", reference=reference)


@require_POST
@reading_what_we_wrote
def swap(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the better time that is offered for the one there is; taken twice it is one move."""
    return _answer(request, reference, _swap)


def _swap(request: HttpRequest, booking: Booking, *, offer: int, now: datetime) -> None:
    is_known = is_of_signed_in(request, booking)
    waitlists.swap(booking=booking, offer=offer, now=now, is_known=is_known)


def _keep(_request: HttpRequest, booking: Booking, *, offer: int, now: datetime) -> None:
    waitlists.keep_own_time(booking=booking, offer=offer, now=now)


@require_POST
@reading_what_we_wrote
def keep(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep the time there is, and let the offer pass."""
    return _answer(request, reference, _keep)


def _answer(request: HttpRequest, reference: str, verb: Callable[..., object]) -> HttpResponse:
    booking, now = granted_booking(request, reference, AccessLink.Purpose.OFFER), timezone.now()
    offer = read_number(request.POST.get("offer", "")) or 0
    require_room(hits=[Hit(rules.MOVES_PER_BOOKING, booking.reference)], now=now)
    try:
        verb(request, booking, offer=offer, now=now)
    except Refusal as no:
        fresh = granted_booking(request, reference, AccessLink.Purpose.OFFER)
        words = _words_of_offer(no, fresh, now=now)
        return show_booking(request, fresh, now=now, problem=words, status=no.status)
    return go_to(request, "self_service:booking", reference=reference)


def _words_of_offer(no: Refusal, booking: Booking, *, now: datetime) -> str:
    """Why nothing was swapped."""
    if isinstance(no, bookings.NotAllowed):
        why = why_not_words(booking, Verdict(allowed=False, reason=no.reason))
        return _("%(why)s You keep your time.") % {"why": why} if why else _words(no)
    if not isinstance(no, waitlists.OfferGone):
        return _words(no)
    looks_on = better_of(booking=booking, now=now)
    if looks_on and looks_on.wish:
        return _("This time is no longer free. You keep yours, and we go on looking.")
    return _("This time is no longer free. You keep yours.")


def _words(no: Refusal) -> str:
    match no:
        case bookings.StaleRevision():
            return _("This booking was changed in the meantime. Here is how it stands now.")
        case BusyTryAgain():
            return _("Lots of people are booking right now. Please press the button again.")
        case bookings.TooFewSoFar():
            return _("Too few people have booked on that day so far. You keep your time.")
        case bookings.PlanDoesNotPay():
            return _("Your plan does not pay for that time. You keep yours.")
        case waitlists.NotInLine():
            return _("There is no offer any more. You keep your time.")
    return _("This booking cannot be moved any more. You keep your time.")
