"""What the browser gets after an action: the card or group where it was tapped, or a whole page.

The address of an action ends in ``?at=today`` or ``?at=requests``: which fragment to swap. With
scripts off, success is a 303 back there, and a refusal is the booking's own page.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.forms import Form
from django.http import HttpResponse

from apps.bookings.models import Booking
from apps.bookings.queries.minimum import progress_of_days
from apps.dashboard.access import Access, OwnerRequest
from apps.dashboard.bookings.queries.booking_page import find_fit, get_booking
from apps.dashboard.bookings.queries.inbox import get_group
from apps.dashboard.bookings.queries.requests import (
    RequestCard,
    UndoCard,
    find_undoable,
    request_card,
)
from apps.dashboard.bookings.views.sheet import show_sheet
from apps.dashboard.frame.views.owner_page import show, to_page
from apps.dashboard.frame.views.refusals import problem_of
from apps.kernel.refusals import Refusal
from apps.web.http import wants_fragment

PLACES = ("today", "requests")


def answer(request: OwnerRequest, reference: str, *, now: datetime) -> HttpResponse:
    """Show what became of the booking, in the place where somebody tapped."""
    place = _place(request)
    if wants_fragment(request) and place:
        booking = get_booking(access=request.access, reference=reference)
        return _swap(request, place, booking, {"fresh_reference": reference}, now=now)
    if place:
        return to_page(request, place, fragment=f"card-{reference}")
    return to_page(request, "booking", reference)


def refuse(
    request: OwnerRequest,
    booking: Booking,
    refusal: Refusal,
    *,
    now: datetime,
    forms: Mapping[str, Form] | None = None,
) -> HttpResponse:
    """Say why nothing was changed, with the fresh state and the buttons that are right now."""
    place, access = _place(request), request.access
    fresh = get_booking(access=access, reference=booking.reference)
    problem = problem_of(refusal, access=access, of=booking)
    if wants_fragment(request) and place:
        told = {"problem": problem, "problem_reference": fresh.reference}
        response = _swap(request, place, fresh, told, now=now, status=problem.status)
        response.headers["X-Fragment"] = "1"  # so that portal.js swaps our 503, and no proxy's
        return response
    return show_sheet(request, fresh, now=now, problem=problem, forms=forms)


def _place(request: OwnerRequest) -> str:
    asked = request.GET.get("at", "")
    return asked if asked in PLACES else ""


def _swap(
    request: OwnerRequest,
    place: str,
    booking: Booking,
    context: Mapping[str, Any],
    *,
    now: datetime,
    status: int = 200,
) -> HttpResponse:
    if place == "requests":
        template = "dashboard/_group_answer.html"
        shown: dict[str, object] = {
            "group": get_group(access=request.access, booking=booking, now=now)
        }
    else:
        template = "dashboard/_card_answer.html"
        shown = {"card": _card(request.access, booking, now=now)}
    return show(request, template, template, {**shown, **context}, now=now, status=status)


def _card(access: Access, booking: Booking, *, now: datetime) -> RequestCard | UndoCard:
    if booking.status == Booking.Status.PENDING:
        fit = find_fit(access=access, booking=booking, now=now)
        days = progress_of_days([booking], now=now)
        return request_card(
            booking, access=access, fit=fit, now=now, is_oldest=True, progress=days.get(booking.pk)
        )
    undoable = find_undoable(access=access, now=now)
    found = next((card for it, card in undoable if it.pk == booking.pk), None)
    return found or request_card(booking, access=access, fit=None, now=now)
