"""Requests: the inbox, the taps that answer one, and other times suggested instead.

The address of a tap ends in ``?at=today`` or ``?at=requests``: which fragment to swap. With scripts
off, success is a 303 back there, and a refusal is the booking's own page.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.utils import timezone

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.queries.minimum import progress_of_days
from apps.catalog.models import Service
from apps.classes import operations as classes
from apps.dashboard.access import Access, OwnerRequest
from apps.dashboard.bookings.forms import DecisionForm, DeclineMoveForm, OverrideForm
from apps.dashboard.bookings.queries.actions import UndoCard, find_undoable
from apps.dashboard.bookings.queries.booking_detail import find_fit
from apps.dashboard.bookings.queries.move_requests import list_move_requests
from apps.dashboard.bookings.views.booking_detail import refuse
from apps.dashboard.frame.views.owner_page import owner_page, required, show, to_page
from apps.dashboard.frame.views.refusals import Problem, problem_of
from apps.dashboard.requests.forms import SuggestForm
from apps.dashboard.requests.queries.cards import RequestCard, request_card
from apps.dashboard.requests.queries.inbox import get_group, get_inbox
from apps.dashboard.requests.queries.suggested_times import SuggestPage, get_suggest_page
from apps.dashboard.roles import Right
from apps.dashboard.waitlist.queries import count_wishes
from apps.kernel.refusals import Refusal
from apps.web.http import wants_fragment

MAX_PAGES = 1000
PLACES = ("today", "requests")
"""Where requests are answered, and what is shown there may be swapped."""

Verb = Callable[..., Booking]


@owner_page(Right.DECIDE)
def requests(request: OwnerRequest) -> HttpResponse:
    """Show requests grouped by the time they want, with what can still be taken back."""
    now = timezone.now()
    page = _page_number(request.GET.get("page", ""))
    inbox = get_inbox(access=request.access, page=page, now=now)
    waiting = count_wishes(access=request.access) if request.access.may(Right.WAITLIST) else 0
    context = {
        "wishes": waiting,
        "inbox": inbox,
        "moves": list_move_requests(access=request.access, now=now) if page == 1 else [],
        "page_number": page,
        "before": page - 1,
        "after": page + 1,
    }
    return show(request, "dashboard/requests.html", context, now=now, current="requests")


def _page_number(asked: str) -> int:
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 1  # noqa: PLR2004
    return min(max(number, 1), MAX_PAGES)


@owner_page(Right.DECIDE, "POST")
def confirm(request: OwnerRequest, reference: str) -> HttpResponse:
    """Confirm a request; its mail leaves after the undo window."""
    return _decide(request, reference, bookings.confirm_request)


@owner_page(Right.DECIDE, "POST")
def decline(request: OwnerRequest, reference: str) -> HttpResponse:
    """Decline a request; its time is free at once, its mail leaves after the undo window."""
    return _decide(request, reference, bookings.decline_request)


@owner_page(Right.DECIDE, "POST")
def undo(request: OwnerRequest, reference: str) -> HttpResponse:
    """Undo an answer while its mail has not left."""
    return _decide(request, reference, bookings.undo_decision)


@owner_page(Right.OVERRIDE, "POST")
def confirm_anyway(request: OwnerRequest, reference: str) -> HttpResponse:
    """Confirm a request although something is in the way, with the reason (rules B8, B22)."""
    form = OverrideForm(request.POST, auto_id="override_%s")
    return _decide(request, reference, bookings.confirm_request, override=form)


@owner_page(Right.DECIDE, "POST")
def accept_move(request: OwnerRequest, reference: str) -> HttpResponse:
    """Move a booking to the time that its customer asked for (rule B38)."""
    is_class = request.access.booking(reference).kind == Service.Kind.CLASS
    verb = classes.accept_session if is_class else bookings.accept_move
    return _answer_move(request, reference, verb, DecisionForm(request.POST))


@owner_page(Right.DECIDE, "POST")
def decline_move(request: OwnerRequest, reference: str) -> HttpResponse:
    """Let a booking stay where it is, whatever its customer asked for."""
    form = DeclineMoveForm(request.POST, auto_id="decline_%s")
    return _answer_move(request, reference, bookings.decline_move, form)


def _answer_move(
    request: OwnerRequest, reference: str, verb: Verb, form: DecisionForm
) -> HttpResponse:
    now, booking = timezone.now(), request.access.booking(reference)
    try:
        typed = required(form)
        verb(
            booking_id=booking.pk,
            business_id=booking.business_id,
            by=request.access.member,
            now=now,
            **typed,
        )
    except Refusal as refusal:
        forms = {"decline_move": form} if "reason" in form.fields else None
        return refuse(request, booking, refusal, now=now, forms=forms)
    if _place(request) == "requests":
        return to_page(request, "requests", fragment="requests-head")
    return to_page(request, "booking", reference)


def _decide(
    request: OwnerRequest, reference: str, verb: Verb, *, override: OverrideForm | None = None
) -> HttpResponse:
    """Do one thing to the booking of the address, and show what became of it where it was done."""
    now, booking = timezone.now(), request.access.booking(reference)
    forms = {"override": override} if override else None
    try:
        typed = required(override or DecisionForm(request.POST))
        why = {"override_reason": typed["reason"]} if override else {}
        verb(
            booking_id=booking.pk,
            revision=typed["revision"],
            by=request.access.member,
            now=now,
            **why,
        )
    except Refusal as refusal:
        return _refuse(request, booking, refusal, now=now, forms=forms)
    return _answer(request, reference, now=now)


def _answer(request: OwnerRequest, reference: str, *, now: datetime) -> HttpResponse:
    """Show what became of the booking, in the place where somebody tapped."""
    place = _place(request)
    if wants_fragment(request) and place:
        booking = request.access.booking(reference)
        return _swap(request, place, booking, {"fresh_reference": reference}, now=now)
    if place:
        return to_page(request, place, fragment=f"card-{reference}")
    return to_page(request, "booking", reference)


def _refuse(
    request: OwnerRequest,
    booking: Booking,
    refusal: Refusal,
    *,
    now: datetime,
    forms: Mapping[str, Form] | None,
) -> HttpResponse:
    """Say why nothing was changed, where somebody tapped; else on the page of the booking."""
    place, access = _place(request), request.access
    if not wants_fragment(request) or not place:
        return refuse(request, booking, refusal, now=now, forms=forms)
    fresh = access.booking(booking.reference)
    problem = problem_of(refusal, access=access, of=booking)
    told = {"problem": problem, "problem_reference": fresh.reference}
    response = _swap(request, place, fresh, told, now=now, status=problem.status)
    response.headers["X-Fragment"] = "1"  # so that portal.js swaps our 503, and no proxy's
    return response


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
    return show(request, template, {**shown, **context}, fragment=template, now=now, status=status)


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


@owner_page(Right.DECIDE, "GET", "POST")
def suggest(request: OwnerRequest, reference: str) -> HttpResponse:
    """Offer free times around the one that was asked for; decline with one to three of them."""
    now, access = timezone.now(), request.access
    booking = access.booking(reference)
    if booking.seating_id is not None:  # a class or course has times of its own
        return to_page(request, "booking", reference)
    page = get_suggest_page(access=access, booking=booking, ticked=_ticked(request), now=now)
    if request.method != "POST":
        return _show_suggest(request, booking, page, None, now=now)
    offered = [slot.value for _on, slots in page.days for slot in slots]
    form = SuggestForm(request.POST, offered=offered)
    if not form.is_valid():
        gone = form.has_error("time", "invalid_choice")
        return _show_suggest(request, booking, page, form, now=now, status=409 if gone else 422)
    try:
        bookings.suggest_times(
            booking_id=booking.pk,
            revision=form.cleaned_data["revision"],
            by=access.member,
            starts=form.cleaned_data["time"],
            message=form.cleaned_data["message"],
            now=now,
        )
    except bookings.SuggestionTaken:
        form.add_error("time", SuggestForm.GONE)
        return _show_suggest(request, booking, page, form, now=now, status=409)
    except Refusal as refusal:
        return _suggest_again(request, reference, form, refusal, now=now)
    return to_page(request, "requests", fragment=f"card-{reference}")


def _suggest_again(
    request: OwnerRequest, reference: str, form: SuggestForm, refusal: Refusal, *, now: datetime
) -> HttpResponse:
    """What was ticked and typed, on the page as it is now: the next try knows it. Where nothing can
    be suggested any more, the booking with the words to be copied."""
    fresh = request.access.booking(reference)
    if fresh.status != Booking.Status.PENDING:
        return refuse(request, fresh, refusal, now=now, forms={"suggest": form})
    problem = problem_of(refusal, access=request.access, of=fresh)
    page = get_suggest_page(access=request.access, booking=fresh, ticked=_ticked(request), now=now)
    return _show_suggest(
        request, fresh, page, form, now=now, status=problem.status, problem=problem
    )


def _ticked(request: OwnerRequest) -> list[datetime] | None:
    """What was ticked, for the page that asks again; anything else is left out."""
    if request.method != "POST":
        return None
    found = []
    for value in request.POST.getlist("time")[:20]:
        try:
            found.append(datetime.fromisoformat(value))
        except ValueError:
            continue
    return [at for at in found if at.tzinfo is not None]


def _show_suggest(
    request: OwnerRequest,
    booking: Booking,
    page: SuggestPage,
    form: SuggestForm | None,
    *,
    now: datetime,
    status: int = 200,
    problem: Problem | None = None,
) -> HttpResponse:
    if booking.status != Booking.Status.PENDING:
        forms = {"suggest": form} if form else None
        return refuse(request, booking, bookings.StaleRevision(), now=now, forms=forms)
    shown = form or SuggestForm(offered=[])
    context = {"page": page, "form": shown, "zone": page.zone, "problem": problem}
    return show(request, "dashboard/suggest.html", context, now=now, status=status)
