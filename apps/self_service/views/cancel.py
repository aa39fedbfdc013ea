"""A customer cancels a booking, or withdraws a request, and takes that back (rules B33, B34)."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.queries.ending import is_called_off, was_cancelled_by_customer
from apps.bookings.queries.move_requests import find_move_request
from apps.bookings.queries.stub import stub_of
from apps.bookings.states import OCCUPYING
from apps.bookings.visitors import is_of_signed_in
from apps.businesses.pages import frame_of
from apps.kernel.refusals import Refusal
from apps.self_service.forms import CancelForm
from apps.self_service.queries.cancel import effect_of_cancelling, may_cancel_now, why_not_here
from apps.self_service.queries.moving import move_offer
from apps.self_service.views.booking import granted_booking, show_booking
from apps.web.http import go_to, render_page


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def cancel(request: HttpRequest, reference: str) -> HttpResponse:
    """Say what cancelling does to time and money, then do it; sent twice it is done once."""
    booking, now = granted_booking(request, reference), timezone.now()
    if was_cancelled_by_customer(booking=booking):
        return go_to(request, "self_service:booking", reference=reference)
    is_known = is_of_signed_in(request, booking)
    if not may_cancel_now(booking=booking, now=now, is_known=is_known):
        words = why_not_here(booking=booking, now=now, is_known=is_known)
        return show_booking(request, booking, now=now, problem=words, status=409)
    if request.method != "POST":
        return _ask(request, booking, CancelForm(), now=now)
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _ask(request, booking, form, now=now, status=422)
    return _cancel(request, booking, form, now=now)


def _cancel(
    request: HttpRequest, booking: Booking, form: CancelForm, *, now: datetime
) -> HttpResponse:
    try:
        bookings.cancel_own(
            booking_id=booking.pk,
            business_id=booking.business_id,
            revision=form.cleaned_data["revision"],
            seen_fee=form.cleaned_data["fee"],
            gives_up_visit=form.cleaned_data["visit"] != "BACK",
            reason=form.cleaned_data["reason"],
            now=now,
            is_known=is_of_signed_in(request, booking),
        )
    except bookings.StaleRevision:
        problem = _("This booking has just changed. Here is what cancelling means now.")
        return _ask(request, booking, form, now=now, problem=problem, status=409)
    except BusyTryAgain as busy:
        problem = _("Lots of people are booking right now. Please press the button again.")
        return _ask(request, booking, form, now=now, problem=problem, status=busy.status)
    except Refusal as refused:
        words = _("This can no longer be cancelled here.")
        return show_booking(request, booking, now=now, problem=words, status=refused.status)
    return go_to(request, "self_service:booking", reference=booking.reference)


def _ask(
    request: HttpRequest,
    booking: Booking,
    form: CancelForm,
    *,
    now: datetime,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page with what it does now; what was typed stays."""
    if problem:
        booking.refresh_from_db()
    context = {
        **frame_of(business=booking.business, place=booking.location),
        "zone": booking.zone,
        "now": now,
        "reference": booking.reference,
        "status": booking.status,
        "revision": booking.revision,
        "stub": stub_of(booking=booking),
        "effect": effect_of_cancelling(booking=booking, now=now),
        "move_url": _move_url(booking, now=now, is_known=is_of_signed_in(request, booking)),
        "form": form,
        "problem": problem,
    }
    return render_page(request, "self_service/cancel.html", None, context, status=status)


def _move_url(booking: Booking, *, now: datetime, is_known: bool) -> str:
    """Where another time or another session can be taken instead, "" where none can."""
    asked = find_move_request(booking=booking)
    offer = move_offer(booking=booking, asked=asked, now=now, is_known=is_known)
    return offer.url if offer else ""


@require_POST
def undo(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the cancellation back; sent twice it is done once."""
    booking, now = granted_booking(request, reference), timezone.now()
    try:
        bookings.undo_cancellation(
            booking_id=booking.pk,
            business_id=booking.business_id,
            revision=booking.revision,
            now=now,
        )
    except Refusal as refused:
        if booking.status in OCCUPYING:  # it stands: this was the second tap
            return go_to(request, "self_service:booking", reference=reference)
        words, is_lost = _why_not_undone(refused, booking), isinstance(refused, bookings.DoesNotFit)
        return show_booking(
            request, booking, now=now, problem=words, status=refused.status, place_is_lost=is_lost
        )
    return go_to(request, "self_service:booking", reference=reference)


def _why_not_undone(refused: Refusal, booking: Booking) -> str:
    if isinstance(refused, BusyTryAgain):
        return _("Lots of people are booking right now. Please press the button again.")
    if isinstance(refused, bookings.DoesNotFit) and is_called_off(booking):
        return _("It does not take place any more, so your booking stays cancelled.")
    if isinstance(refused, bookings.DoesNotFit):
        return _("Your place is not free any more, so your booking stays cancelled.")
    if isinstance(refused, bookings.PlanDoesNotPay):
        return _("Your plan already pays for something else at that time, so it stays cancelled.")
    return _("It is too late to take this back.")
