"""Plans and gift cards that are sold at the desk."""

from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.catalog.models import PricingPlan
from apps.checkout import operations as checkout
from apps.checkout.queries.plans import card_of_plan
from apps.dashboard.desk import OwnerRequest
from apps.dashboard.prepaid_forms import SellGiftForm, SellPlanForm, new_desk_key
from apps.dashboard.roles import Right, roles_with
from apps.dashboard.views.pricing_plans import CONFLICT, plan_or_404
from apps.dashboard.views.showing import show
from apps.kernel.money import Money
from apps.web.guards import guarded
from apps.web.http import go_to

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
@guarded(*roles_with(Right.SELL))
def sell_plan(request: OwnerRequest, slug: str, plan_id: int) -> HttpResponse:
    """Ask who buys a plan; with POST, sell it."""
    now, desk = timezone.now(), request.desk
    plan = plan_or_404(request, plan_id)
    if request.method != "POST":
        return _show_plan(request, plan, _new_sale(plan), now=now)
    form = SellPlanForm(request.POST, plan=plan)
    if not form.is_valid():
        return _show_plan(request, plan, form, now=now, status=422)
    try:
        purchase = checkout.sell_plan(
            plan_id=plan.pk,
            buyer=form.buyer(),
            by=desk.member,
            now=now,
            seen_price=form.cleaned_data["seen_price"],
            form_key=form.cleaned_data["key"],
            is_paid=form.cleaned_data.get("is_paid", True),
        )
    except (checkout.PlanChanged, PricingPlan.DoesNotExist):
        plan = plan_or_404(request, plan_id)
        kept = request.POST.copy()
        kept["seen_price"] = str(card_of_plan(plan, desk.business).price.amount)
        return _show_plan(request, plan, SellPlanForm(kept, plan=plan), now=now, status=CONFLICT)
    return go_to(request, "dashboard:held_plan", slug, purchase.reference, query={"done": "sold"})


@require_http_methods(["GET", "HEAD", "POST"])
@guarded(*roles_with(Right.SELL))
def sell_gift_card(request: OwnerRequest, slug: str) -> HttpResponse:
    """Ask for an amount and who buys it; with POST, sell a gift card that is paid in person."""
    now, desk = timezone.now(), request.desk
    if request.method != "POST":
        form = SellGiftForm(business=desk.business, initial={"key": new_desk_key()})
        return _show_card(request, form, now=now)
    form = SellGiftForm(request.POST, business=desk.business)
    if not form.is_valid():
        return _show_card(request, form, now=now, status=UNPROCESSABLE)
    gift, key = form.gift(form.buyer()), form.cleaned_data["key"]
    try:
        card = checkout.sell_gift_card(gift=gift, by=desk.member, now=now, form_key=key)
    except checkout.AlreadyBought as other:
        fresh = {**request.POST.dict(), "key": new_desk_key()}
        form = SellGiftForm(fresh, business=desk.business)
        return _show_card(request, form, now=now, status=CONFLICT, other=other)
    done = {"done": "sold"}
    return go_to(request, "dashboard:gift_card", slug, card.reference, query=done)


def _show_card(
    request: OwnerRequest,
    form: SellGiftForm,
    *,
    now: datetime,
    status: int = 200,
    other: checkout.AlreadyBought | None = None,
) -> HttpResponse:
    """other is a card that this form has sold already."""
    currency = request.desk.business.currency
    context = {
        "form": form,
        "other": other,
        "worth": Money(other.value, currency) if other else None,
    }
    return show(
        request,
        "dashboard/sell_gift_card.html",
        None,
        context,
        now=now,
        current="gifts",
        status=status,
    )


def _new_sale(plan: PricingPlan) -> SellPlanForm:
    price = card_of_plan(plan, plan.business).price.amount
    return SellPlanForm(plan=plan, initial={"key": new_desk_key(), "seen_price": price})


def _show_plan(
    request: OwnerRequest,
    plan: PricingPlan,
    form: SellPlanForm,
    *,
    now: datetime,
    status: int = 200,
) -> HttpResponse:
    context = {
        "plan": plan,
        "card": card_of_plan(plan, request.desk.business),
        "form": form,
        "stale": status == CONFLICT,
    }
    return show(
        request, "dashboard/sell_plan.html", None, context, now=now, current="plans", status=status
    )
