"""Before one side of an overlap is cancelled, who is told and what goes back where."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.availability.operations import BusyTryAgain
from apps.bookings.models import Booking
from apps.businesses.models import TeamMember
from apps.checkout import operations as checkout
from apps.checkout.queries.orders import find_payment_summary
from apps.dashboard.access import OwnerRequest
from apps.dashboard.bookings.queries.booking_page import get_booking
from apps.dashboard.bookings.queries.conflicts import Conflict, Side, get_conflict
from apps.dashboard.forms import CancelForm
from apps.dashboard.frame.views.owner_page import owner_page, show, to_page
from apps.dashboard.roles import Right
from apps.kernel.refusals import Refusal

BY_PLAN = Booking.PaymentOption.MEMBERSHIP
UNPROCESSABLE = 422


@owner_page(Right.RESOLVE, "GET", "POST")
def cancel_side(request: OwnerRequest, reference: str, side: str) -> HttpResponse:
    """Ask; with POST, cancel that side, with its money back or kept."""
    now = timezone.now()
    found, meant = _find(request, reference, side, now=now)
    if request.method != "POST":
        form = CancelForm(initial={"revision": _booking(request, meant).revision}, auto_id="%s")
        return _show(request, found, meant, form, now=now)
    form = CancelForm(request.POST, auto_id="%s")
    if not form.is_valid():
        return _show(request, found, meant, form, now=now, status=UNPROCESSABLE)
    try:
        _cancel(found, _booking(request, meant), form, by=request.access.member, now=now)
    except Refusal as refusal:
        return _refuse(request, found, meant, refusal, now=now)
    return to_page(request, "conflicts")


def _find(
    request: OwnerRequest, reference: str, side: str, *, now: datetime
) -> tuple[Conflict, Side]:
    found = get_conflict(access=request.access, reference=reference, now=now)
    meant = next((it for it in (found.flagged, *found.others) if it.reference == side), None)
    if meant is None:
        raise Http404
    return found, meant


def _booking(request: OwnerRequest, side: Side) -> Booking:
    return get_booking(access=request.access, reference=side.reference)


def _cancel(
    found: Conflict, booking: Booking, form: CancelForm, *, by: TeamMember, now: datetime
) -> None:
    said = form.cleaned_data
    revision, reason = said["revision"], said["reason"]
    keeps = not said["refund"] and (booking.paid > 0 or booking.payment_option == BY_PLAN)
    if booking.pk != found.flagged.pk:
        checkout.cancel_the_other(
            booking_id=found.flagged.pk,
            other_id=booking.pk,
            revision=revision,
            reason=reason,
            keeps=keeps,
            by=by,
            now=now,
        )
    elif keeps:
        checkout.cancel_and_keep(
            booking_id=booking.pk, revision=revision, reason=reason, by=by, now=now
        )
    else:
        checkout.cancel_and_refund(
            booking_id=booking.pk,
            business_id=by.business_id,
            revision=revision,
            reason=reason,
            by=by,
            now=now,
        )


def _refuse(
    request: OwnerRequest, found: Conflict, meant: Side, refusal: Refusal, *, now: datetime
) -> HttpResponse:
    """What was typed, on the page as it is now: the next try knows it."""
    words = _("Somebody has changed this. Please check it again.")
    if isinstance(refusal, BusyTryAgain):
        words = _("Lots of people are booking right now. Please press the button again.")
    typed = request.POST.copy()
    typed["revision"] = str(_booking(request, meant).revision)
    form = CancelForm(typed, auto_id="%s")
    return _show(request, found, meant, form, now=now, problem=words, status=refusal.status)


def _show(
    request: OwnerRequest,
    found: Conflict,
    meant: Side,
    form: CancelForm,
    *,
    now: datetime,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {**_context(found, meant, _booking(request, meant)), "form": form, "problem": problem}
    return show(
        request,
        "dashboard/cancel_side.html",
        None,
        context,
        now=now,
        current="requests",
        status=status,
    )


def _context(found: Conflict, meant: Side, booking: Booking) -> dict[str, Any]:
    sheet = find_payment_summary(booking=booking)
    return {
        "conflict": found,
        "side": meant,
        "stay": [it for it in (found.flagged, *found.others) if it != meant],
        "sheet": sheet,
        "effect": sheet.effect_of(sheet.refundable) if sheet and sheet.refundable else None,
        "by_plan": booking.payment_option == BY_PLAN,
    }
