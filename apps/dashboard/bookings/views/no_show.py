"""Nobody of a booking came; or somebody did after all (rule B40)."""

from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.dashboard.access import OwnerRequest
from apps.dashboard.bookings.forms import DecisionForm, NoShowForm
from apps.dashboard.bookings.views.booking_detail import no_show_form, refuse
from apps.dashboard.frame.views.owner_page import owner_page, required, to_page
from apps.dashboard.roles import Right
from apps.kernel.refusals import Refusal


@owner_page(Right.CHECK_IN, "POST")
def no_show(request: OwnerRequest, reference: str) -> HttpResponse:
    """Write down that nobody came, and charge the fee of the policy; whoever may decide about money
    charges less, with a reason."""
    now, access = timezone.now(), request.access
    found = access.booking(reference)
    form = no_show_form(found, request.POST if access.may(Right.REFUND) else _bare(request))
    try:
        _mark(form, found, request, now=now)
    except Refusal as refusal:
        if isinstance(refusal, checkout.FeeTooHigh):
            form.add_error("fee", _("A fee can be lowered, not raised."))
        elif isinstance(refusal, checkout.ReasonMissing):
            form.add_error("reason", _("Say why: the policy says otherwise."))
        return refuse(request, found, refusal, now=now, forms={"no_show": form})
    return to_page(request, "booking", reference)


def _bare(request: OwnerRequest) -> dict[str, str]:
    """What whoever may not change a fee sends counts only for that nobody came."""
    return {"revision": request.POST.get("revision", "")}


def _mark(form: NoShowForm, found: Booking, request: OwnerRequest, *, now: datetime) -> None:
    said = required(form)
    checkout.mark_no_show(
        booking_id=found.pk,
        revision=said["revision"],
        fee=form.charged,
        reason=said["reason"],
        by=request.access.member,
        now=now,
    )


@owner_page(Right.CHECK_IN, "POST")
def came(request: OwnerRequest, reference: str) -> HttpResponse:
    """Take back that nobody came; no fee is asked for any more."""
    now, access = timezone.now(), request.access
    found, form = access.booking(reference), DecisionForm(request.POST)
    try:
        checkout.take_no_show_back(booking_id=found.pk, by=access.member, now=now, **required(form))
    except Refusal as refusal:
        return refuse(request, found, refusal, now=now)
    return to_page(request, "booking", reference)
