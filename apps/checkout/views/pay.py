"""C9, check and pay: how, how much, and when; one POST leads to the provider or to the booking."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.availability.operations import BusyTryAgain
from apps.bookings.models import Booking
from apps.bookings.operations import SlotGone
from apps.bookings.queries.stub import stub_of
from apps.bookings.views.details import show_draft_lost
from apps.bookings.views.details_page import hold_of, mask_address, policy_sentence
from apps.bookings.views.drafts import draft_page, to_done
from apps.bookings.views.lost import try_again
from apps.businesses.pages import frame_of
from apps.catalog.queries import UnknownChoice
from apps.checkout import operations as checkout
from apps.checkout.forms import (
    FIELD,
    AmountForm,
    BrokenSeal,
    open_amounts,
    read_code,
    read_way,
    seal_amounts,
)
from apps.checkout.pricing import Way, choose_amount
from apps.checkout.providers import ProviderDown
from apps.checkout.queries.offers import Offer, offer_of
from apps.checkout.queries.pay_page import cards_of, costs_of, refused_words
from apps.kernel.money import Money
from apps.web.formatting import format_money
from apps.web.http import HttpResponseSeeOther, go_to, render_page, wants_fragment

CONFLICT, UNPROCESSABLE, UNAVAILABLE = 409, 422, 503
NOT_AS_SHOWN = (
    BrokenSeal,
    checkout.AmountRefused,
    checkout.WayNotOffered,
    checkout.DetailsMissing,
)


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def pay(request: HttpRequest, draft: Booking) -> HttpResponse:
    """Show what it costs for the chosen way; with POST, place the order and go where one pays."""
    now = timezone.now()
    if not draft.contact_name:
        return go_to(request, "bookings:details", draft=draft.draft_id)
    try:
        offer = offer_of(booking=draft, code=read_code(request.POST or request.GET), now=now)
    except UnknownChoice:
        return show_draft_lost(request, draft, now=now)
    if not offer.ways:
        return go_to(request, "bookings:details", draft=draft.draft_id)
    way = read_way(request.POST or request.GET, offered=offer.ways)
    if request.method != "POST" or "update" in request.POST:
        notice = _("The payment did not go through. Nothing was charged.")
        return _show(request, draft, offer, way, notice=notice if "failed" in request.GET else "")
    form = _amount_form(request, draft, offer) if way is Way.DEPOSIT else None
    if form is not None and not form.is_valid():
        return _show(request, draft, offer, way, status=UNPROCESSABLE)
    amount = form.cleaned_data["amount"] if form is not None else None
    return _check_out(request, draft, offer, way, amount, now=now)


def _check_out(
    request: HttpRequest,
    draft: Booking,
    offer: Offer,
    way: Way,
    amount: int | None,
    *,
    now: datetime,
) -> HttpResponse:
    try:
        done = _place(request, draft, way, amount, now=now)
    except NOT_AS_SHOWN:
        words = _("Please check the amount and press the button again.")
        return _show(request, draft, offer, way, notice=words, status=UNPROCESSABLE)
    except checkout.CouponRefused:
        words = _("This code cannot be used any more. You can continue without it.")
        plain = offer_of(booking=draft, now=now)
        return _show(request, draft, plain, way, notice=words, status=CONFLICT)
    except checkout.QuoteChanged as changed:
        words = _changed_words(draft, changed)
        return _show(request, draft, offer, way, notice=words, status=CONFLICT)
    except SlotGone:
        return show_draft_lost(request, draft, now=now)
    except BusyTryAgain:
        return try_again(request, draft.service)
    except ProviderDown:
        words = _("Payments do not work at this moment. Please try again in a minute.")
        return _show(request, draft, offer, way, notice=words, status=UNAVAILABLE)
    return HttpResponseSeeOther(done.url) if done.url else to_done(request, done.booking)


def _place(
    request: HttpRequest, draft: Booking, way: Way, amount: int | None, *, now: datetime
) -> checkout.CheckedOut:
    seen = open_amounts(request.POST.get(FIELD, ""), draft_id=draft.draft_id, way=way)
    return checkout.check_out(
        draft_id=draft.draft_id,
        way=way,
        seen=seen,
        origin=_origin(request),
        now=now,
        amount=amount,
    )


def _origin(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").removesuffix("/")


def _changed_words(draft: Booking, changed: checkout.QuoteChanged) -> str:
    currency, locale = changed.quote.currency, draft.business.locale
    return _("The price changed from %(was)s to %(now)s. Nothing was paid.") % {
        "was": format_money(changed.seen, currency, locale),
        "now": format_money(changed.quote.total, currency, locale),
    }


def _show(
    request: HttpRequest,
    draft: Booking,
    offer: Offer,
    way: Way,
    *,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    form, quote = _amount_form(request, draft, offer), offer.quotes[way]
    if form is not None and way is Way.DEPOSIT and form.is_bound and form.is_valid():
        quote = choose_amount(quote, form.cleaned_data["amount"])
    context = {
        **_context(draft, offer, way, now=timezone.now()),
        "costs": costs_of(booking=draft, quote=quote, way=way),
        "amount_form": form,
        "is_part": wants_fragment(request),
        "pay_url": request.path,
        "notice": notice,
    }
    return render_page(request, "checkout/pay.html", "checkout/_costs.html", context, status)


def _amount_form(request: HttpRequest, draft: Booking, offer: Offer) -> AmountForm | None:
    """The field for any amount, with what was typed; None where no deposit takes any."""
    quote = offer.quotes.get(Way.DEPOSIT)
    if quote is None or not quote.takes_any:
        return None
    fields = request.POST or request.GET
    least = Money(quote.least_now, quote.currency)
    return AmountForm(
        fields if request.method == "POST" or "amount" in fields else None,
        least=least,
        most=Money(quote.most_now, quote.currency),
        locale=draft.business.locale,
        chosen=least,
    )


def _code_in_use(offer: Offer) -> str:
    return "" if offer.applied.refused else offer.applied.code


def _context(draft: Booking, offer: Offer, way: Way, *, now: datetime) -> dict[str, Any]:
    quotes = offer.quotes
    return {
        **frame_of(business=draft.business, place=draft.location),
        "zone": draft.zone,
        "now": now,
        "stub": stub_of(booking=draft),
        "hold": hold_of(draft, now=now),
        "name": draft.contact_name,
        "contact": mask_address(draft.contact_email),
        "details_url": reverse("bookings:details", kwargs={"draft": draft.draft_id}),
        "cards": cards_of(booking=draft, quotes=quotes, chosen=way),
        "way": way.value,
        "seal_name": FIELD,
        "seal": seal_amounts(draft_id=draft.draft_id, quotes=quotes, code=_code_in_use(offer)),
        "code": offer.applied.code,
        "code_error": refused_words(offer.applied, zone=draft.zone, locale=draft.business.locale),
        "policy_words": policy_sentence(draft, now=now, says_how_to_pay=False),
        "reference": draft.reference,
        "status": draft.status,
    }
