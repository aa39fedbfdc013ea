"""Plans that are offered, buying one, and what one has (rule M16)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from apps.bookings.visitors import grant_plan, visitor_of
from apps.businesses.models import Business
from apps.businesses.pages import absolute, and_reach, frame_of, public_page
from apps.catalog.models import PricingPlan
from apps.catalog.queries import get_plan, has_plans
from apps.checkout import operations as checkout
from apps.checkout.gifts import is_gift_code, plain_gift_code, spell_code
from apps.checkout.promotions import PromotionProblem, plain_code
from apps.checkout.providers import ProviderDown, provider_in_use
from apps.checkout.providers.words import unpaid_status, unpaid_words
from apps.checkout.queries.pay_page import refused_words
from apps.checkout.queries.promotions import Applied
from apps.checkout.views.changed import gift_refused_words, price_changed_words
from apps.checkout.views.limits import count_wrong_code, require_room_for_codes
from apps.kernel.refusals import Refusal
from apps.prepaid import operations as prepaid
from apps.prepaid.forms import PlanBuyerForm, PlanHolderForm, new_form_key
from apps.prepaid.queries.plan_offer import PlanOffer, plan_offer, plans_take_codes
from apps.prepaid.queries.plans import card_of_plan, cards_of_plans
from apps.prepaid.views.begun import back_to_begun
from apps.prepaid.views.limits import has_room_for_links, require_room_to_buy
from apps.web.form_keys import passing_key_of
from apps.web.http import HttpResponseSeeOther, go_to, origin_of, render_page
from apps.web.signed import Verdict, judge, new_guard

PURPOSE = "plan"
CONFLICT, UNPROCESSABLE = 409, 422
KEPT = "plan_till"
LONGEST = 254
NAMES = ("name", "email", "used_code", "used_gift")


@dataclass(frozen=True, slots=True)
class PlanTill:
    """What the page offers: error says why the code that was typed changes nothing."""

    offer: PlanOffer
    typed: str = ""
    error: str = ""


@require_safe
@public_page
def plans(request: HttpRequest, business: Business) -> HttpResponse:
    """Show what can be paid for beforehand; without any plan there is no such page."""
    if not has_plans(business=business):
        raise Http404
    path = reverse("prepaid:plans", kwargs={"business": business.slug})
    context = {
        **frame_of(business=business),
        "cards": cards_of_plans(business=business),
        "is_sold_online": provider_in_use() is not None,
        "canonical_url": absolute(path),
    }
    return render_page(request, "prepaid/plans.html", None, context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@public_page
def buy_plan(request: HttpRequest, business: Business, plan: str) -> HttpResponse:
    """Ask who buys; with POST, place the order and go where one pays, or use a code and read the
    page again."""
    try:
        found = get_plan(business=business, slug=plan)
    except PricingPlan.DoesNotExist as missing:
        raise Http404 from missing
    pays = request.method == "POST" and not is_update(request.POST.dict())
    begun = None if pays else back_to_begun(request, found)
    if begun is not None:
        return begun
    now = timezone.now()
    till = open_plan_till(request, found, business, now=now)
    if request.method != "POST":
        return _show(request, found, till, PlanBuyerForm(initial=_fresh(request, found)), now=now)
    if not pays:
        return _use_code(request, found, till, now=now)
    form = PlanBuyerForm(request.POST)
    if not form.is_valid() or judge(post=request.POST, purpose=PURPOSE, now=now) != Verdict.PERSON:
        notice = "" if form.errors else _("Please press the button again.")
        return _show(request, found, till, form, now=now, notice=notice, status=UNPROCESSABLE)
    require_room_to_buy(request, business, form.cleaned_data["email"], now=now)
    return _buy(request, found, till, form, now=now)


def _fresh(request: HttpRequest, plan: PricingPlan) -> dict[str, str]:
    kept = typed_for(request, plan)
    return {"key": new_form_key(), "name": kept.get("name", ""), "email": kept.get("email", "")}


def _use_code(
    request: HttpRequest, plan: PricingPlan, till: PlanTill, *, now: datetime
) -> HttpResponse:
    """Keep what is used, and read the page by GET (303); a wrong code stays in its field."""
    if not till.error:
        store_typed_plan(request, plan, till)
        business = plan.business.slug
        return go_to(request, "prepaid:buy_plan", business=business, plan=plan.slug)
    said = {name: request.POST.get(name, "") for name in ("name", "email", "key")}
    form = PlanBuyerForm(initial={**said, "key": said["key"] or new_form_key()})
    return _show(request, plan, till, form, now=now, status=UNPROCESSABLE)


def _buy(
    request: HttpRequest, plan: PricingPlan, till: PlanTill, form: PlanBuyerForm, *, now: datetime
) -> HttpResponse:
    business, offer = plan.business, till.offer
    seen = form.cleaned_data
    try:
        bought = prepaid.buy_plan(
            plan=plan,
            buyer=form.buyer(),
            seen_price=seen["seen_price"],
            form_key=seen["key"],
            visitor_hash=visitor_of(request, zone=business.zone).visitor_hash,
            origin=origin_of(request),
            now=now,
            code=offer.applied.code,
            gift=form.seen_gift(offer.gift),
        )
    except ProviderDown as down:
        words, status = unpaid_words(down), unpaid_status(down)
        return _show(request, plan, till, form, now=now, notice=words, status=status)
    except Refusal as changed:
        begun = back_to_begun(request, plan)
        return begun or _not_as_seen(request, plan, till, form, changed, now=now)
    store_typed_plan(request, plan, till)
    return _to_what_was_bought(request, bought, by_gift=offer.by_gift)


def _to_what_was_bought(
    request: HttpRequest, bought: prepaid.BoughtPlan, *, by_gift: int
) -> HttpResponse:
    """Whoever pays, online or with a gift card, may use the plan in this browser."""
    purchase = bought.purchase
    if bought.url or by_gift:
        grant_plan(request, purchase.pk, business_id=purchase.business_id)
    if bought.url:
        return HttpResponseSeeOther(bought.url)
    if by_gift:
        return go_to(request, "prepaid:plan", reference=purchase.reference)
    return go_to(request, "prepaid:plan_sent", business=purchase.business.slug)


def _not_as_seen(
    request: HttpRequest,
    plan: PricingPlan,
    till: PlanTill,
    form: PlanBuyerForm,
    changed: Refusal,
    *,
    now: datetime,
) -> HttpResponse:
    """Say what is different from what the page showed, with the page as it is now (409)."""
    if isinstance(changed, prepaid.PlanChanged):
        seen = form.cleaned_data["seen_price"]
        words = price_changed_words(changed.price, seen, plan.business)
    elif isinstance(changed, checkout.GiftRefused):
        words = gift_refused_words(changed, plan.business)
    elif isinstance(changed, checkout.CouponRefused):
        words = _("This code can no longer be used. You can continue without it.")
    elif isinstance(changed, checkout.PaymentUnderWay):
        words = _("Another payment is in progress. Continue it or cancel it first.")
    else:
        words = and_reach(_("This plan cannot be bought online."), plan.business)
    return _show(request, plan, till, form, now=now, notice=words, status=CONFLICT)


@require_safe
@public_page
def plan_sent(request: HttpRequest, business: Business) -> HttpResponse:
    """The same neutral answer to whoever gets a plan for nothing or looks for theirs: the mail
    decides who may use it."""
    return render_page(request, "prepaid/plan_sent.html", None, frame_of(business=business))


@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def find_plan(request: HttpRequest, business: Business) -> HttpResponse:
    """Send the link to a plan to its holder; the answer is the same whether there is one or not."""
    form = PlanHolderForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 200 if request.method != "POST" else UNPROCESSABLE
        context = {**frame_of(business=business), "form": form}
        return render_page(request, "prepaid/plan_find.html", None, context, status=status)
    now = timezone.now()
    if has_room_for_links(request, form.cleaned_data["email"], now=now):
        prepaid.ask_for_plans(
            business=business,
            email=form.cleaned_data["email"],
            now=now,
            form_key=passing_key_of(request, business_id=business.pk, now=now),
        )
    return go_to(request, "prepaid:plan_sent", business=business.slug)


def _show(
    request: HttpRequest,
    plan: PricingPlan,
    till: PlanTill,
    form: PlanBuyerForm,
    *,
    now: datetime,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    business, offer = plan.business, till.offer
    code, gift = offer.code, offer.gift
    context: dict[str, Any] = {
        **frame_of(business=business),
        "card": card_of_plan(plan, business),
        "form": form,
        "notice": notice,
        "offer": offer,
        "till": till,
        "code": code,
        "gift_code": spell_code(gift.code) if gift else "",
        "takes_codes": plans_take_codes(business=business, now=now),
        "is_sold_online": offer.is_sold_online,
        "guard": new_guard(purpose=PURPOSE, now=now),
    }
    return render_page(request, "prepaid/buy_plan.html", None, context, status=status)


def is_update(fields: Mapping[str, str]) -> bool:
    """Whether a code is to be used or dropped; nobody buys with one that they did not see used."""
    return bool({"update", "drop"} & fields.keys() or fields.get("code", "").strip())


def open_plan_till(
    request: HttpRequest, plan: PricingPlan, business: Business, *, now: datetime
) -> PlanTill:
    """Price the plan with the codes that are used already, and with one that is typed now.

    Raises:
        TooMany: too many codes of this network were wrong.
    """
    fields = typed_for(request, plan)
    used = {"code": fields.get("used_code", ""), "gift": fields.get("used_gift", "")}
    used = {kind: "" if fields.get("drop") == kind else code for kind, code in used.items()}
    typed = fields.get("code", "").strip()[:40]
    if typed:
        require_room_for_codes(request, now=now)
        used["gift" if is_gift_code(typed) else "code"] = typed
    offer = plan_offer(
        plan=plan,
        business=business,
        now=now,
        code=plain_code(used["code"])[:20],
        gift=plain_gift_code(used["gift"])[:40],
        email=fields.get("email", "").strip().lower()[:LONGEST],
    )
    error = _error(offer, typed, business)
    if typed and _is_unknown(offer, typed):
        count_wrong_code(request, now=now)
    return PlanTill(offer, typed if error else "", error)


def typed_for(request: HttpRequest, plan: PricingPlan) -> dict[str, str]:
    """What was posted, else what was kept of the last post for this plan."""
    if request.method == "POST":
        return request.POST.dict()
    kept = request.session.get(KEPT, {})
    return {} if kept.get("plan") != plan.pk else {name: kept.get(name, "") for name in NAMES}


def store_typed_plan(request: HttpRequest, plan: PricingPlan, till: PlanTill) -> None:
    """Keep who buys and what is used, for when the page is read again."""
    said = {name: request.POST.get(name, "")[:LONGEST] for name in ("name", "email")}
    gift = till.offer.gift.code if till.offer.gift else ""
    request.session[KEPT] = {
        "plan": plan.pk,
        **said,
        "used_code": till.offer.code,
        "used_gift": gift,
    }


def _is_unknown(offer: PlanOffer, typed: str) -> bool:
    if is_gift_code(typed):
        return offer.gift is None
    return offer.applied.refused is PromotionProblem.UNKNOWN


def _error(offer: PlanOffer, typed: str, business: Business) -> str:
    applied = offer.applied
    if typed and _is_unknown(offer, typed):
        applied = Applied(typed, refused=PromotionProblem.UNKNOWN)
    return refused_words(applied, zone=business.zone, locale=business.locale)
