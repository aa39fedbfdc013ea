"""Plans and gift cards that are sold at the desk, and what a plan costs there with the code and the
gift card that are typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.businesses.models import Business
from apps.catalog.models import PricingPlan
from apps.checkout import operations as checkout
from apps.checkout.gifts import spell_code
from apps.checkout.models import PlanPurchase
from apps.checkout.pricing import Way
from apps.checkout.promotions import PromotionProblem
from apps.checkout.queries.gifts import find_gift, gift_now_words
from apps.checkout.queries.pay_page import refused_words
from apps.dashboard.access import OwnerRequest
from apps.dashboard.frame.views.owner_page import owner_page, show, to_page
from apps.dashboard.prepaid.forms.sales import SellGiftForm, SellPlanForm, new_desk_key
from apps.dashboard.prepaid.queries.plans import get_own_plan
from apps.dashboard.prepaid.views.plans import CONFLICT
from apps.dashboard.roles import Right
from apps.kernel.money import Money
from apps.kernel.refusals import Refusal
from apps.prepaid import operations as prepaid
from apps.prepaid.forms import seen_gift
from apps.prepaid.queries.plan_offer import PlanOffer, plan_offer, plans_take_codes
from apps.prepaid.queries.plans import card_of_plan


@dataclass(frozen=True, slots=True)
class DeskTill:
    """errors says by the name of a field why what is typed there changes nothing; gift_code is the
    card that pays, as people read it."""

    offer: PlanOffer
    errors: Mapping[str, str]
    gift_code: str


def open_desk_till(
    plan: PricingPlan, business: Business, form: SellPlanForm, *, now: datetime
) -> DeskTill:
    """Price the plan with what is typed."""
    code, gift = form.codes
    offer = plan_offer(
        plan=plan,
        business=business,
        now=now,
        code=code,
        gift=gift,
        email=form.typed_email,
        way=Way.IN_PERSON,
    )
    errors = {"code": _code_error(offer, business)}
    if gift and offer.gift is None:
        errors["gift"] = _("We don’t recognise this gift card, or nothing is left on it.")
    found = {name: words for name, words in errors.items() if words}
    return DeskTill(offer, found, spell_code(offer.gift.code) if offer.gift else "")


def _code_error(offer: PlanOffer, business: Business) -> str:
    if offer.applied.refused is PromotionProblem.USED_BY_YOU:
        return _("This customer has already used this code.")
    return refused_words(offer.applied, zone=business.zone, locale=business.locale)


UNPROCESSABLE = 422


@owner_page(Right.SELL, "GET", "POST")
def sell_plan(request: OwnerRequest, plan_id: int) -> HttpResponse:
    """Ask who buys a plan; with POST, sell it, or show what it costs with a code or a gift card."""
    now = timezone.now()
    plan = get_own_plan(access=request.access, plan_id=plan_id)
    if request.method != "POST":
        form = SellPlanForm(plan=plan, initial={"key": new_desk_key()})
        return _show_plan(request, plan, form, now=now)
    form = SellPlanForm(request.POST, plan=plan)
    if not form.is_valid() or form.is_update:
        status = UNPROCESSABLE if form.errors else 200
        return _show_plan(request, plan, form, now=now, status=status)
    try:
        purchase = _sell_plan(request, plan, form, now=now)
    except (Refusal, PricingPlan.DoesNotExist) as changed:
        plan = get_own_plan(access=request.access, plan_id=plan_id)
        return _show_plan(request, plan, form, now=now, changed=changed)
    return to_page(request, "held_plan", purchase.reference, query={"done": "sold"})


def _sell_plan(
    request: OwnerRequest, plan: PricingPlan, form: SellPlanForm, *, now: datetime
) -> PlanPurchase:
    said = form.cleaned_data
    code, gift = form.codes
    card = find_gift(request.access.business.pk, gift)
    return prepaid.sell_plan(
        plan_id=plan.pk,
        buyer=form.buyer(),
        by=request.access.member,
        now=now,
        seen_price=said["seen_price"],
        form_key=said["key"],
        is_paid=said.get("is_paid", True),
        code=code,
        gift=seen_gift(said["seen_gift_amount"], card),
    )


@owner_page(Right.SELL, "GET", "POST")
def sell_gift_card(request: OwnerRequest) -> HttpResponse:
    """Ask for an amount and who buys it; with POST, sell a gift card that is paid in person."""
    now, access = timezone.now(), request.access
    if request.method != "POST":
        form = SellGiftForm(business=access.business, initial={"key": new_desk_key()})
        return _show_card(request, form, now=now)
    form = SellGiftForm(request.POST, business=access.business)
    if not form.is_valid():
        return _show_card(request, form, now=now, status=UNPROCESSABLE)
    gift, key = form.gift(form.buyer()), form.cleaned_data["key"]
    try:
        card = prepaid.sell_gift_card(gift=gift, by=access.member, now=now, form_key=key)
    except prepaid.AlreadyBought as other:
        fresh = {**request.POST.dict(), "key": new_desk_key()}
        form = SellGiftForm(fresh, business=access.business)
        return _show_card(request, form, now=now, status=CONFLICT, other=other)
    done = {"done": "sold"}
    return to_page(request, "gift_card", card.reference, query=done)


def _show_card(
    request: OwnerRequest,
    form: SellGiftForm,
    *,
    now: datetime,
    status: int = 200,
    other: prepaid.AlreadyBought | None = None,
) -> HttpResponse:
    """other is a card that this form has sold already."""
    currency = request.access.business.currency
    context = {
        "form": form,
        "other": other,
        "worth": Money(other.value, currency) if other else None,
    }
    return show(
        request, "dashboard/sell_gift_card.html", context, now=now, current="gifts", status=status
    )


def _gift_words(changed: Exception | None, business: Business) -> str:
    if not isinstance(changed, checkout.GiftRefused):
        return ""
    currency, locale = business.currency, business.locale
    return gift_now_words(
        left=changed.balance, wanted=changed.wanted, currency=currency, locale=locale
    )


def _show_plan(
    request: OwnerRequest,
    plan: PricingPlan,
    form: SellPlanForm,
    *,
    now: datetime,
    status: int = 200,
    changed: Exception | None = None,
) -> HttpResponse:
    """changed is what the sale was refused for: all but the code is another state than was seen."""
    business = request.access.business
    till = open_desk_till(plan, business, form, now=now)
    for name, words in till.errors.items():
        form.add_error(name, words)
    if status == HTTPStatus.OK and form.errors:
        status = UNPROCESSABLE
    is_stale = changed is not None and not isinstance(changed, checkout.CouponRefused)
    context = {
        "plan": plan,
        "card": card_of_plan(plan, business),
        "form": form,
        "till": till,
        "takes_codes": any(form.codes) or plans_take_codes(business=business, now=now),
        "stale": is_stale,
        "gift_changed": _gift_words(changed, business),
    }
    status = CONFLICT if is_stale else status
    return show(
        request, "dashboard/sell_plan.html", context, now=now, current="plans", status=status
    )
