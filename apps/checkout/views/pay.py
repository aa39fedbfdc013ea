"""Check and pay: how, how much, and when; one POST leads to the provider or to the booking."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.forms.details import PRICE_FIELD, TIMES_FIELD, BrokenSeal, seal_price
from apps.bookings.models import Booking
from apps.bookings.operations import SlotGone
from apps.bookings.queries.stub import stub_of
from apps.bookings.views.details_page import (
    hold_of,
    mask_address,
    policy_sentence,
    sealed_way_back,
)
from apps.bookings.views.drafts import (
    came_back,
    came_back_words,
    draft_page,
    show_draft_lost,
    to_done,
    try_again,
)
from apps.bookings.views.turned_away import reached_at, turned_away_words
from apps.businesses.pages import frame_of
from apps.catalog.queries import UnknownChoice
from apps.checkout import operations as checkout
from apps.checkout.forms import (
    FIELD,
    open_amounts,
    seal_amounts,
)
from apps.checkout.gifts import spell_code
from apps.checkout.models import Payment
from apps.checkout.pricing import Way
from apps.checkout.promotions import PromotionProblem
from apps.checkout.providers import ProviderDown
from apps.checkout.providers.words import unpaid_status, unpaid_words
from apps.checkout.queries.offers import Offer
from apps.checkout.queries.passes import cannot_pay_words, plan_refused_words
from apps.checkout.queries.pay_page import cards_of, costs_of, refused_words, too_little_words
from apps.checkout.queries.payments import PaymentProgress, find_under_way, payment_progress_of
from apps.checkout.queries.promotions import Applied
from apps.checkout.views.changed import gift_refused_words
from apps.checkout.views.limits import require_room_to_pay
from apps.checkout.views.till import (
    Till,
    forget_typed,
    is_update,
    open_till,
    require_way,
    store_typed,
)
from apps.web.formatting import format_money
from apps.web.http import HttpResponseSeeOther, go_to, origin_of, render_page, wants_fragment

CONFLICT, UNPROCESSABLE = 409, 422
ONLINE = (Way.FULL, Way.DEPOSIT)
NOT_AS_SHOWN = (
    BrokenSeal,
    checkout.AmountRefused,
    checkout.WayNotOffered,
    checkout.DetailsMissing,
)
CHANGED = (
    checkout.CouponRefused,
    checkout.GiftRefused,
    checkout.PlanRefused,
    checkout.QuoteChanged,
)


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def pay(request: HttpRequest, draft: Booking) -> HttpResponse:
    """Show what it costs for the chosen way; with POST, place the order and go where one pays."""
    now = timezone.now()
    if not draft.contact_name:
        return go_to(request, "bookings:details", draft=draft.draft_id)
    if payment_progress_of(booking=draft) is PaymentProgress.UNCLEAR:
        return go_to(request, "checkout:wait", draft=draft.draft_id)
    try:
        till = open_till(request, draft, now=now)
    except UnknownChoice:
        return show_draft_lost(request, draft, now=now)
    if till is None:
        return go_to(request, "bookings:details", draft=draft.draft_id)
    if came_back(request):
        return _hold_anew(request, draft, till, now=now)
    if request.method != "POST":
        notice = _("The payment did not go through. Nothing was charged.")
        return _show(request, draft, till, notice=notice if "failed" in request.GET else "")
    return _tapped(request, draft, till, now=now)


def _hold_anew(request: HttpRequest, draft: Booking, till: Till, *, now: datetime) -> HttpResponse:
    """The page again with the time held anew, for a browser whose cookie went meanwhile."""
    try:
        bookings.hold_draft_again(draft_id=draft.draft_id, now=now)
    except (SlotGone, bookings.DraftGone):
        return show_draft_lost(request, draft, now=now)
    except BusyTryAgain:
        return try_again(request, draft.service)
    draft.refresh_from_db(fields=["hold_expires_at"])
    return _show(request, draft, till, notice=came_back_words(draft), status=CONFLICT)


def _tapped(request: HttpRequest, draft: Booking, till: Till, *, now: datetime) -> HttpResponse:
    if "go_on" in request.POST:
        return _go_on(request, draft, till, now=now)
    if is_update(request):
        return _update(request, draft, till)
    if till.takes_any and till.form and not till.form.is_valid():
        return _show(request, draft, till, status=UNPROCESSABLE)
    return _check_out(request, draft, till, now=now)


def _update(request: HttpRequest, draft: Booking, till: Till) -> HttpResponse:
    """Use a code, drop it, or choose another way or amount: kept, and read by GET (303)."""
    form = till.form if till.takes_any else None
    is_wrong = bool(_code_error(draft, till)) or (form is not None and bool(form.errors))
    if not is_wrong:
        store_typed(request, draft, till)
    if wants_fragment(request):
        return _show(request, draft, till)
    if is_wrong:
        return _show(request, draft, till, status=UNPROCESSABLE)
    return go_to(request, "checkout:pay", draft=draft.draft_id)


def _check_out(request: HttpRequest, draft: Booking, till: Till, *, now: datetime) -> HttpResponse:
    try:
        done = _place_or_give_up(request, draft, till, now=now)
    except checkout.PaymentUnderWay:
        words = _("A payment of a different amount is in progress.")
        return _show(request, draft, till, notice=words, status=CONFLICT)
    except (*NOT_AS_SHOWN, bookings.TurnedAway) as no:
        words = _refused_words(request, draft, no, now=now)
        return _show(request, draft, till, notice=words, status=UNPROCESSABLE)
    except CHANGED as changed:
        return _not_like_that(request, draft, till, changed, now=now)
    except (SlotGone, bookings.DraftGone):
        return show_draft_lost(request, draft, now=now)
    except BusyTryAgain:
        return try_again(request, draft.service)
    except ProviderDown as down:
        return _show(request, draft, till, notice=unpaid_words(down), status=unpaid_status(down))
    if done.url:
        return HttpResponseSeeOther(done.url)
    forget_typed(request)
    return to_done(request, done.booking)


def _refused_words(request: HttpRequest, draft: Booking, no: Exception, *, now: datetime) -> str:
    if isinstance(no, bookings.TurnedAway):
        return turned_away_words(request, draft, **reached_at(draft), now=now)
    return _("Please check the amount and press the button again.")


def _go_on(request: HttpRequest, draft: Booking, till: Till, *, now: datetime) -> HttpResponse:
    """Go where the payment is paid that was begun."""
    begun = find_under_way(draft, now=now)
    try:
        url = checkout.go_on_paying(
            order_id=begun.order_id if begun else 0, origin=origin_of(request), now=now
        )
    except checkout.NotOwed:
        words = _("Your earlier payment has ended. Please choose again.")
        return _show(request, draft, till, notice=words, status=CONFLICT)
    except ProviderDown as down:
        return _show(request, draft, till, notice=unpaid_words(down), status=unpaid_status(down))
    return HttpResponseSeeOther(url)


def _place_or_give_up(
    request: HttpRequest, draft: Booking, till: Till, *, now: datetime
) -> checkout.CheckedOut:
    """Place the order; a payment that is under way is given up where the page said so."""
    try:
        return _place(request, draft, till, now=now)
    except checkout.PaymentUnderWay as begun:
        if request.POST.get("instead_of", "") != str(begun.payment_id):
            raise
        order_id = Payment.objects.values_list("order_id", flat=True).get(pk=begun.payment_id)
        checkout.give_up_payment(payment_id=begun.payment_id, order_id=order_id, now=now)
        return _place(request, draft, till, now=now)


def _place(
    request: HttpRequest, draft: Booking, till: Till, *, now: datetime
) -> checkout.CheckedOut:
    require_way(till, request.POST)
    if till.way in ONLINE:
        require_room_to_pay(draft, now=now)
    seen = open_amounts(
        request.POST.get(FIELD, ""),
        draft_id=draft.draft_id,
        way=till.way,
        purchase_id=till.purchase_id,
    )
    return checkout.check_out(
        draft_id=draft.draft_id,
        way=till.way,
        seen=seen,
        origin=origin_of(request),
        now=now,
        amount=till.amount,
    )


def _not_like_that(
    request: HttpRequest, draft: Booking, till: Till, changed: Exception, *, now: datetime
) -> HttpResponse:
    """Say what is different from what the page showed, with the page as it is now (409)."""
    code: str | None = None
    if isinstance(changed, checkout.CouponRefused):
        words = _("This code can no longer be used. You can continue without it.")
        code = ""
    elif isinstance(changed, checkout.GiftRefused):
        words = gift_refused_words(changed, draft.business)
    elif isinstance(changed, checkout.PlanRefused):
        why = plan_refused_words(changed.refused, till.purchase)
        words = cannot_pay_words(why)
    else:
        words = _changed_words(draft, changed)
    fresh = open_till(request, draft, code=code, now=now) or till
    return _show(request, draft, fresh, notice=words, status=CONFLICT)


def _changed_words(draft: Booking, changed: Exception) -> str:
    if not isinstance(changed, checkout.QuoteChanged):
        raise changed
    currency, locale = changed.quote.currency, draft.business.locale
    return _("The price changed from %(was)s to %(now)s. Nothing was paid.") % {
        "was": format_money(changed.seen, currency, locale),
        "now": format_money(changed.quote.total, currency, locale),
    }


def _show(
    request: HttpRequest, draft: Booking, till: Till, *, notice: str = "", status: int = 200
) -> HttpResponse:
    context = {
        **_context(draft, till, now=timezone.now()),
        "is_part": wants_fragment(request),
        "pay_url": request.path,
        "notice": notice,
    }
    return render_page(request, "checkout/pay.html", "checkout/_costs.html", context, status)


def _code_error(draft: Booking, till: Till) -> str:
    """Nothing is wrong with the code of a gift card that has something on it."""
    applied = till.offer.applied
    if till.is_wrong:
        applied = Applied(applied.code, refused=PromotionProblem.UNKNOWN)
    elif applied.refused is PromotionProblem.UNKNOWN:
        return ""
    return refused_words(applied, zone=draft.zone, locale=draft.business.locale)


def _code_in_use(offer: Offer) -> str:
    return "" if offer.applied.refused else offer.applied.code


def _context(draft: Booking, till: Till, *, now: datetime) -> dict[str, Any]:
    return {
        **frame_of(business=draft.business, place=draft.location),
        "zone": draft.zone,
        "now": now,
        "stub": stub_of(booking=draft),
        "hold": hold_of(draft, now=now),
        "name": draft.contact_name,
        "contact": mask_address(draft.contact_email),
        "details_url": reverse("bookings:details", kwargs={"draft": draft.draft_id}),
        **_money_context(draft, till),
        "under_way": find_under_way(draft, now=now),
        "policy_words": policy_sentence(draft, now=now, says_how_to_pay=False),
        "reference": draft.reference,
        "status": draft.status,
    }


def _money_context(draft: Booking, till: Till) -> dict[str, Any]:
    offer, way = till.offer, till.way
    quotes, gift = offer.quotes, None if way is Way.PLAN else offer.gift
    by_gift = gift.pays(quotes[way], way) if gift else 0
    seal = seal_amounts(draft_id=draft.draft_id, quotes=quotes, code=_code_in_use(offer), gift=gift)
    return {
        "cards": cards_of(
            booking=draft,
            quotes=quotes,
            chosen=way,
            passes=till.passes,
            purchase_id=till.purchase_id,
        ),
        "way": till.value,
        "by_plan": way is Way.PLAN,
        "amount_form": till.form,
        "too_little": too_little_words(booking=draft, amount=offer.too_little),
        "costs": costs_of(booking=draft, quote=till.quote, way=way, gift=by_gift),
        "seal_name": FIELD,
        "seal": seal,
        "price_name": PRICE_FIELD,
        "price_seal": seal_price(draft_id=draft.draft_id, amount=draft.price),
        "times_name": TIMES_FIELD,
        "times_seal": sealed_way_back(draft),
        "code": offer.applied.code,
        "gift_code": spell_code(gift.code) if gift else "",
        "wrong_gift": till.wrong_gift,
        "code_error": _code_error(draft, till),
    }
