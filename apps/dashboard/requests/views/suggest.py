"""Decline a request and suggest other times in the same mail."""

from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.dashboard.access import OwnerRequest
from apps.dashboard.bookings.queries.booking_page import get_booking
from apps.dashboard.bookings.views.answers import refuse
from apps.dashboard.forms import SuggestForm
from apps.dashboard.frame.views.owner_page import owner_page, show, to_page
from apps.dashboard.frame.views.refusals import Problem, problem_of
from apps.dashboard.requests.queries import SuggestPage, get_suggest_page
from apps.dashboard.roles import Right
from apps.kernel.refusals import Refusal


@owner_page(Right.DECIDE, "GET", "POST")
def suggest(request: OwnerRequest, reference: str) -> HttpResponse:
    """Offer free times around the one that was asked for; decline with one to three of them."""
    now, access = timezone.now(), request.access
    booking = get_booking(access=access, reference=reference)
    if booking.seating_id is not None:  # a class or course has times of its own
        return to_page(request, "booking", reference)
    page = get_suggest_page(access=access, booking=booking, ticked=_ticked(request), now=now)
    if request.method != "POST":
        return _show(request, booking, page, None, now=now)
    offered = [slot.value for _on, slots in page.days for slot in slots]
    form = SuggestForm(request.POST, offered=offered)
    if not form.is_valid():
        gone = form.has_error("time", "invalid_choice")
        return _show(request, booking, page, form, now=now, status=409 if gone else 422)
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
        return _show(request, booking, page, form, now=now, status=409)
    except Refusal as refusal:
        return _show_again(request, reference, form, refusal, now=now)
    return to_page(request, "requests", fragment=f"card-{reference}")


def _show_again(
    request: OwnerRequest, reference: str, form: SuggestForm, refusal: Refusal, *, now: datetime
) -> HttpResponse:
    """What was ticked and typed, on the page as it is now: the next try knows it. Where nothing can
    be suggested any more, the booking with the words to be copied."""
    fresh = get_booking(access=request.access, reference=reference)
    if fresh.status != Booking.Status.PENDING:
        return refuse(request, fresh, refusal, now=now, forms={"suggest": form})
    problem = problem_of(refusal, access=request.access, of=fresh)
    page = get_suggest_page(access=request.access, booking=fresh, ticked=_ticked(request), now=now)
    return _show(request, fresh, page, form, now=now, status=problem.status, problem=problem)


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


def _show(
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
    return show(request, "dashboard/suggest.html", None, context, now=now, status=status)
