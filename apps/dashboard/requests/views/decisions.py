"""One tap on a request: confirm, decline, undo. Plain forms that htmx makes shorter."""

from collections.abc import Callable, Mapping
from functools import partial

from django.forms import Form
from django.http import HttpResponse
from django.utils import timezone

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.dashboard.access import OwnerRequest
from apps.dashboard.bookings.queries.booking_page import get_booking
from apps.dashboard.bookings.views.answers import answer, refuse
from apps.dashboard.forms import DecisionForm, OverrideForm
from apps.dashboard.frame.views.owner_page import owner_page
from apps.dashboard.frame.views.refusals import Incomplete, required
from apps.dashboard.roles import Right
from apps.kernel.refusals import Refusal

Verb = Callable[..., Booking]


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
    """Take an answer back while its mail has not left."""
    return _decide(request, reference, bookings.undo_decision)


@owner_page(Right.OVERRIDE, "POST")
def confirm_anyway(request: OwnerRequest, reference: str) -> HttpResponse:
    """Confirm a request although something is in the way, with the reason (rules B8, B22)."""
    form = OverrideForm(request.POST, auto_id="override_%s")
    if not form.is_valid():
        booking = get_booking(access=request.access, reference=reference)
        return refuse(request, booking, Incomplete(), now=timezone.now(), forms={"override": form})
    why = form.cleaned_data["reason"]
    confirm_it = partial(bookings.confirm_request, override_reason=why)
    return _decide(request, reference, confirm_it, forms={"override": form})


def _decide(
    request: OwnerRequest, reference: str, verb: Verb, *, forms: Mapping[str, Form] | None = None
) -> HttpResponse:
    """Do one thing to the booking of the address, and show what became of it where it was done;
    forms are what was typed, for a refusal."""
    now = timezone.now()
    booking = get_booking(access=request.access, reference=reference)
    try:
        revision = required(DecisionForm(request.POST))["revision"]
        verb(booking_id=booking.pk, revision=revision, by=request.access.member, now=now)
    except Refusal as refusal:
        return refuse(request, booking, refusal, now=now, forms=forms)
    return answer(request, reference, now=now)
