"""How many people come, for whoever made a booking or has its link: chosen, looked at with the
money that follows, changed, and paid online where it was (rules B42, M35). Each step works without
scripts, and only the last changes anything."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.forms.picks import read_number
from apps.bookings.models import Booking
from apps.bookings.queries.stub import stub_of
from apps.businesses.pages import frame_of
from apps.checkout import operations as checkout
from apps.checkout.providers import ProviderDown
from apps.checkout.queries.party import (
    PartyMoney,
    PlannedParty,
    PlanPaysNoMore,
    owed_at_once,
    plan_party,
)
from apps.checkout.queries.passes import cannot_pay_words, plan_refused_words
from apps.classes.forms import NamesForm, PartyForm
from apps.classes.queries.party import (
    NamesMissing,
    Obstacle,
    PartyFixed,
    may_change_party,
    party_of,
)
from apps.kernel.money import Money
from apps.kernel.refusals import Refusal
from apps.self_service.views import people
from apps.self_service.views.booking import granted_booking, show_booking
from apps.self_service.views.move import reading_what_we_wrote
from apps.web import limit_rules as rules
from apps.web.http import HttpResponseSeeOther, go_to, render_page
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
    posted = request.POST if request.method == "POST" else None
    names = NamesForm(posted, booking=booking, after=form.people())
    try:
        if names.is_valid():
            return _change(request, booking, form, names, now=now)
        planned = plan_party(booking=booking, wanted=form.wanted(), now=now)
    except Refusal as no:
        fresh = granted_booking(request, reference)
        return _show(request, fresh, form, notice=_words(no, fresh), status=no.status)
    status = 422 if names.is_bound else 200
    return _show(request, booking, form, planned=planned, names=names, status=status)


def _is_chosen(typed: QueryDict) -> bool:
    return any(name.partition("_")[0] == "people" for name in typed)


def _change(
    request: HttpRequest, booking: Booking, form: PartyForm, names: NamesForm, *, now: datetime
) -> HttpResponse:
    checkout.change_party(
        booking=booking,
        wanted=form.wanted(),
        revision=read_number(request.POST.get("revision", "")) or 0,
        seen_price=read_number(request.POST.get("price", "")),
        now=now,
        names=names.names(),
    )
    return _pay(request, booking, now=now)


def _pay(request: HttpRequest, booking: Booking, *, now: datetime) -> HttpResponse:
    """Go where the difference is paid, if it is paid online at once; the booking stands also where
    that does not work just now, and its page offers it again."""
    owed = owed_at_once(booking=booking)
    if owed:
        try:
            url = checkout.pay_balance(
                booking_id=booking.pk,
                business_id=booking.business_id,
                origin=request.build_absolute_uri("/").removesuffix("/"),
                now=now,
                amount=owed,
            )
            return HttpResponseSeeOther(url)
        except (Refusal, ProviderDown):
            pass
    return go_to(request, "self_service:booking", reference=booking.reference)


def _show(
    request: HttpRequest,
    booking: Booking,
    form: PartyForm,
    *,
    planned: PlannedParty | None = None,
    names: NamesForm | None = None,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        **frame_of(business=booking.business, place=booking.location),
        "zone": booking.zone,
        "reference": booking.reference,
        "status": booking.status,
        "kind": booking.kind,
        "revision": booking.revision,
        "stub": stub_of(booking=booking),
        "form": form,
        "people": booking.party_size,
        "names": names,
        "notice": notice,
        **(_planned(booking, form, planned) if planned else {}),
    }
    return render_page(request, "self_service/people.html", None, context, status=status)


def _planned(booking: Booking, form: PartyForm, planned: PlannedParty) -> dict[str, Any]:
    change, money = planned.change, planned.money
    is_same = not change.fewer and not change.more
    return {
        "planned": None if is_same else change,
        "chosen": form.pairs(),
        "seen_price": "" if money.price is None else money.price,
        "price": None if money.price is None else Money(money.price, booking.currency),
        "price_before": None if booking.price is None else Money(booking.price, booking.currency),
        "has_paid": bool(booking.paid),
        "back": [(_way_words(way), Money(part, booking.currency)) for way, part in money.back],
        "by_hand": Money(money.by_hand, booking.currency),
        "owed": Money(money.owed, booking.currency),
        "pays_now": money.pays_now,
        "plan_words": _plan_words(money),
    }


def _way_words(way: str) -> str:
    return _("on your gift card") if way == "GIFT" else _("the way you paid")


def _plan_words(money: PartyMoney) -> str:
    """How many visits come back to the plan that pays, or are used of it; "" where none pays."""
    visits = {"n": abs(money.visits), "plan": money.plan}
    if money.visits > 0:
        words = ngettext(
            "%(n)d visit goes back to your plan %(plan)s.",
            "%(n)d visits go back to your plan %(plan)s.",
            money.visits,
        )
        return words % visits
    words = ngettext(
        "This uses %(n)d more visit of your plan %(plan)s.",
        "This uses %(n)d more visits of your plan %(plan)s.",
        -money.visits,
    )
    return words % visits if money.visits else ""


def _words(no: Refusal, booking: Booking) -> str:
    match no:
        case PartyFixed(obstacle=Obstacle.NOBODY):
            return _("Somebody has to come. If nobody does, please cancel the booking.")
        case PartyFixed(obstacle=Obstacle.NOT_FREE):
            return _("Free cancellation is over, so nobody can be taken off online any more.")
        case PartyFixed(obstacle=Obstacle.MONEY):
            words = _(
                "The price was reduced, a part was refunded, or a payment is in progress, so this "
                "cannot be changed online."
            )
            return f"{words} {_('Nothing was changed.')}"
        case PlanPaysNoMore(refused=refused) | checkout.PlanRefused(refused=refused):
            return cannot_pay_words(plan_refused_words(refused, None))
        case PartyFixed():
            return _("The number of people cannot be changed online for this booking.")
        case bookings.StaleRevision() | NamesMissing():
            return _("This booking was changed in the meantime. Please look at it again.")
        case BusyTryAgain():
            return _("Lots of people are booking right now. Please press the button again.")
    return people.why_not_added(no, booking)
