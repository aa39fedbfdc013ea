"""The team says how many people come on a booking: chosen, looked at with the money that follows,
changed (rules B42, M35). Each step works without scripts, and only the last changes anything."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse, QueryDict
from django.utils import timezone

from apps.bookings.forms.picks import read_number
from apps.bookings.models import Booking
from apps.bookings.queries.stub import stub_of
from apps.checkout import operations as checkout
from apps.checkout.queries.party import plan_party
from apps.classes.forms import NamesForm, PartyForm
from apps.classes.queries.party import Obstacle, PartyFixed, may_change_party, party_of
from apps.dashboard.access import OwnerRequest
from apps.dashboard.bookings.queries.party import (
    PartyCheck,
    read_party_check,
    why_fixed_words,
)
from apps.dashboard.bookings.views.booking_detail import refuse
from apps.dashboard.frame.queries.rows import customer_name
from apps.dashboard.frame.views.owner_page import owner_page, show, to_page
from apps.dashboard.roles import Right
from apps.kernel.refusals import Refusal


@owner_page(Right.CANCEL, "GET", "POST")
def party(request: OwnerRequest, reference: str) -> HttpResponse:
    """Ask how many come and tell what that costs, or change it."""
    booking, now = request.access.booking(reference), timezone.now()
    if not may_change_party(booking=booking, is_team=True):
        return refuse(request, booking, PartyFixed(Obstacle.FIXED), now=now)
    typed = request.POST if request.method == "POST" else request.GET
    form = PartyForm(typed if _is_chosen(typed) else None, party=party_of(booking))
    if not form.is_bound:
        return _show(request, booking, form, now=now)
    if not form.is_valid():
        return _show(request, booking, form, now=now, status=422)
    try:
        return _look_or_change(request, booking, form, now=now)
    except Refusal as no:
        fresh = request.access.booking(reference)
        words = why_fixed_words(no)
        return _show(request, fresh, form, notice=words, now=now, status=no.status)


def _is_chosen(typed: QueryDict) -> bool:
    return any(name.partition("_")[0] == "people" for name in typed)


def _look_or_change(
    request: OwnerRequest, booking: Booking, form: PartyForm, *, now: datetime
) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    names = NamesForm(posted, booking=booking, after=form.people())
    if names.is_valid():
        _change(request, booking, form, names, now=now)
        return to_page(request, "booking", booking.reference)
    planned = plan_party(booking=booking, wanted=form.wanted(), is_team=True, now=now)
    refunds = request.access.may(Right.REFUND)
    check = read_party_check(booking=booking, planned=planned, refunds=refunds)
    status = 422 if names.is_bound else 200
    return _show(request, booking, form, check=check, names=names, now=now, status=status)


def _change(
    request: OwnerRequest, booking: Booking, form: PartyForm, names: NamesForm, *, now: datetime
) -> None:
    checkout.change_party(
        booking=booking,
        wanted=form.wanted(),
        revision=read_number(request.POST.get("revision", "")) or 0,
        seen_price=read_number(request.POST.get("price", "")),
        names=names.names(),
        by=request.access.member,
        refunds=request.access.may(Right.REFUND),
        now=now,
    )


def _show(
    request: OwnerRequest,
    booking: Booking,
    form: PartyForm,
    *,
    now: datetime,
    check: PartyCheck | None = None,
    names: NamesForm | None = None,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "booking": booking,
        "customer_name": customer_name(booking),
        "stub": stub_of(booking=booking, is_for_team=True),
        "form": form,
        "names": names,
        "notice": notice,
        "check": check,
        "chosen": form.pairs() if check else (),
    }
    return show(request, "dashboard/people.html", context, now=now, status=status)
