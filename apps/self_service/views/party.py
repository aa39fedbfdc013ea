"""How many people come, for whoever made a booking of a class or a course or has its link: chosen,
looked at with the money that follows, changed (rule B42). Each step works without scripts, and only
the last changes anything."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.forms.picks import read_number
from apps.bookings.models import Booking
from apps.bookings.queries.stub import stub_of
from apps.businesses.pages import frame_of
from apps.checkout import operations as checkout
from apps.classes.queries.party import (
    Obstacle,
    PartyChange,
    PartyFixed,
    may_change_party,
    party_of,
    plan_change,
)
from apps.kernel.money import Money
from apps.kernel.refusals import Refusal
from apps.self_service.forms import PartyForm
from apps.self_service.views import people
from apps.self_service.views.booking import granted_booking, show_booking
from apps.self_service.views.move import reading_what_we_wrote
from apps.web import limit_rules as rules
from apps.web.http import go_to, render_page
from apps.web.limits import Hit, require_room


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@reading_what_we_wrote
def change(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask how many come and tell what that costs, or change it; the button of a class that brings
    one more says what it saw instead of a revision."""
    if request.method == "POST" and "revision" not in request.POST:
        return people.add(request, reference)
    booking, now = granted_booking(request, reference), timezone.now()
    if not may_change_party(booking=booking):
        problem = _words(PartyFixed(Obstacle.FIXED), booking)
        return show_booking(request, booking, now=now, problem=problem, status=409)
    typed = request.POST if request.method == "POST" else request.GET
    form = PartyForm(typed if _is_chosen(typed) else None, party=party_of(booking))
    if not form.is_bound:
        return _show(request, booking, form)
    if not form.is_valid():
        return _show(request, booking, form, status=422)
    if request.method == "POST":
        require_room(hits=[Hit(rules.MOVES_PER_BOOKING, booking.reference)], now=now)
    try:
        if request.method == "POST":
            return _change(request, booking, form, now=now)
        planned = plan_change(booking=booking, wanted=form.wanted(), now=now)
    except Refusal as no:
        fresh = granted_booking(request, reference)
        return _show(request, fresh, form, notice=_words(no, fresh), status=no.status)
    return _show(request, booking, form, planned=planned)


def _is_chosen(typed: QueryDict) -> bool:
    return any(name.partition("_")[0] == "people" for name in typed)


def _change(
    request: HttpRequest, booking: Booking, form: PartyForm, *, now: datetime
) -> HttpResponse:
    checkout.change_party(
        booking=booking,
        wanted=form.wanted(),
        revision=read_number(request.POST.get("revision", "")) or 0,
        seen_price=read_number(request.POST.get("price", "")),
        now=now,
    )
    return go_to(request, "self_service:booking", reference=booking.reference)


def _show(
    request: HttpRequest,
    booking: Booking,
    form: PartyForm,
    *,
    planned: PartyChange | None = None,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        **frame_of(business=booking.business, place=booking.location),
        "zone": booking.zone,
        "reference": booking.reference,
        "status": booking.status,
        "revision": booking.revision,
        "stub": stub_of(booking=booking),
        "form": form,
        "people": booking.party_size,
        "notice": notice,
        **(_planned(booking, form, planned) if planned else {}),
    }
    return render_page(request, "self_service/people.html", None, context, status=status)


def _planned(booking: Booking, form: PartyForm, planned: PartyChange) -> dict[str, Any]:
    price = planned.price(booking.price)
    is_same = not planned.fewer and not planned.more
    return {
        "planned": None if is_same else planned,
        "chosen": form.pairs(),
        "seen_price": "" if price is None else price,
        "price": None if price is None else Money(price, booking.currency),
        "price_before": None if booking.price is None else Money(booking.price, booking.currency),
    }


def _words(no: Refusal, booking: Booking) -> str:
    match no:
        case PartyFixed(obstacle=Obstacle.NOBODY):
            return _("Somebody has to come. If nobody does, please cancel the booking.")
        case PartyFixed(obstacle=Obstacle.NOT_FREE):
            return _("Free cancellation is over, so nobody can be taken off online any more.")
        case PartyFixed(obstacle=Obstacle.MONEY):
            words = _("Something was taken off the price, or a payment is in progress.")
            return f"{words} {_('Nothing was changed.')}"
        case PartyFixed():
            return _("The number of people cannot be changed online for this booking.")
        case bookings.StaleRevision():
            return _("This booking was changed in the meantime. Please look at it again.")
        case BusyTryAgain():
            return _("Lots of people are booking right now. Please press the button again.")
    return people.why_not_added(no, booking)
