"""One tap on a request: confirm, decline, undo. Plain forms that htmx makes shorter."""

from collections.abc import Callable, Mapping
from functools import partial

from django.forms import Form
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.dashboard.access import OwnerRequest
from apps.dashboard.bookings.views.answers import answer, booking_or_404, refuse
from apps.dashboard.forms import DecisionForm, OverrideForm
from apps.dashboard.frame.views.refusals import INCOMPLETE, REFUSED, problem_of
from apps.dashboard.roles import Right, roles_with
from apps.web.guards import guarded

Verb = Callable[..., Booking]


@require_POST
@guarded(*roles_with(Right.DECIDE))
def confirm(request: OwnerRequest, slug: str, reference: str) -> HttpResponse:
    """Confirm a request; its mail leaves after the undo window."""
    del slug
    return _decide(request, reference, bookings.confirm_request)


@require_POST
@guarded(*roles_with(Right.DECIDE))
def decline(request: OwnerRequest, slug: str, reference: str) -> HttpResponse:
    """Decline a request; its time is free at once, its mail leaves after the undo window."""
    del slug
    return _decide(request, reference, bookings.decline_request)


@require_POST
@guarded(*roles_with(Right.DECIDE))
def undo(request: OwnerRequest, slug: str, reference: str) -> HttpResponse:
    """Take an answer back while its mail has not left."""
    del slug
    return _decide(request, reference, bookings.undo_decision)


@require_POST
@guarded(*roles_with(Right.OVERRIDE))
def confirm_anyway(request: OwnerRequest, slug: str, reference: str) -> HttpResponse:
    """Confirm a request although something is in the way, with the reason (rules B8, B22)."""
    del slug
    form = OverrideForm(request.POST, auto_id="override_%s")
    if not form.is_valid():
        booking = booking_or_404(request.access, reference)
        return refuse(request, booking, INCOMPLETE, now=timezone.now(), forms={"override": form})
    why = form.cleaned_data["reason"]
    confirm_it = partial(bookings.confirm_request, override_reason=why)
    return _decide(request, reference, confirm_it, forms={"override": form})


def _decide(
    request: OwnerRequest, reference: str, verb: Verb, *, forms: Mapping[str, Form] | None = None
) -> HttpResponse:
    """Do one thing to the booking of the address, and show what became of it where it was done;
    forms are what was typed, for a refusal."""
    now = timezone.now()
    booking = booking_or_404(request.access, reference)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return refuse(request, booking, INCOMPLETE, now=now)
    try:
        verb(
            booking_id=booking.pk,
            revision=form.cleaned_data["revision"],
            by=request.access.member,
            now=now,
        )
    except REFUSED as error:
        problem = problem_of(error, access=request.access, booking=booking)
        return refuse(request, booking, problem, now=now, forms=forms)
    return answer(request, reference, now=now)
