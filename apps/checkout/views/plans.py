"""C17: plans that are offered, buying one, and what one has (R047, R084)."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from apps.bookings.operations import NotWelcome
from apps.bookings.visitors import grant_plan, visitor_of
from apps.businesses.models import Business
from apps.businesses.pages import absolute, frame_of, public_page
from apps.catalog.models import PricingPlan
from apps.catalog.queries import get_plan, has_plans
from apps.checkout import operations as checkout
from apps.checkout.buyer_forms import BuyerForm, PlanHolderForm, new_form_key
from apps.checkout.providers import ProviderDown, provider_in_use, takes_online
from apps.checkout.queries.plans import PlanCard, card_of_plan, cards_of_plans
from apps.checkout.views.limits import has_room_for_links, require_room_to_buy
from apps.web.formatting import format_money
from apps.web.formguard import Verdict, judge, new_guard
from apps.web.http import HttpResponseSeeOther, go_to, render_page

PURPOSE = "plan"
CONFLICT, UNPROCESSABLE, UNAVAILABLE = 409, 422, 503


@require_safe
@public_page
def plans(request: HttpRequest, business: Business) -> HttpResponse:
    """Show what can be paid for beforehand; without any plan there is no such page."""
    if not has_plans(business=business):
        raise Http404
    path = reverse("checkout:plans", kwargs={"business": business.slug})
    context = {
        **frame_of(business=business),
        "cards": cards_of_plans(business=business),
        "is_sold_online": provider_in_use() is not None,
        "canonical_url": absolute(path),
    }
    return render_page(request, "checkout/plans.html", None, context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@public_page
def buy_plan(request: HttpRequest, business: Business, plan: str) -> HttpResponse:
    """Ask who buys; with POST, place the order and go where one pays."""
    try:
        found = get_plan(business=business, slug=plan)
    except PricingPlan.DoesNotExist as missing:
        raise Http404 from missing
    card, now = card_of_plan(found, business), timezone.now()
    if request.method != "POST":
        fresh = {"key": new_form_key(), "seen_price": card.price.amount}
        return _show(request, business, card, BuyerForm(initial=fresh), now=now)
    form = BuyerForm(request.POST)
    if not form.is_valid() or judge(post=request.POST, purpose=PURPOSE, now=now) != Verdict.PERSON:
        notice = "" if form.errors else _("Please press the button once more.")
        return _show(request, business, card, form, now=now, notice=notice, status=UNPROCESSABLE)
    require_room_to_buy(request, business, form.cleaned_data["email"], now=now)
    return _buy(request, found, card, form, now=now)


def _buy(
    request: HttpRequest, plan: PricingPlan, card: PlanCard, form: BuyerForm, *, now: datetime
) -> HttpResponse:
    business = plan.business
    try:
        bought = checkout.buy_plan(
            plan=plan,
            buyer=form.buyer(),
            seen_price=form.cleaned_data["seen_price"],
            form_key=form.cleaned_data["key"],
            visitor_hash=visitor_of(request, zone=business.zone).visitor_hash,
            origin=request.build_absolute_uri("/").removesuffix("/"),
            now=now,
        )
    except checkout.PlanChanged as changed:
        words = _changed_words(changed.price, form.cleaned_data["seen_price"], business)
        fresh = BuyerForm({**request.POST.dict(), "seen_price": changed.price})
        return _show(request, business, card, fresh, now=now, notice=words, status=CONFLICT)
    except (checkout.PlanNotSold, NotWelcome, checkout.WayNotOffered):
        words = _("This plan cannot be bought online. Please ask us.")
        return _show(request, business, card, form, now=now, notice=words, status=CONFLICT)
    except ProviderDown:
        words = _("Payments do not work at this moment. Please try again in a minute.")
        return _show(request, business, card, form, now=now, notice=words, status=UNAVAILABLE)
    if bought.url:
        grant_plan(request, bought.purchase.pk, business_id=business.pk)
        return HttpResponseSeeOther(bought.url)
    return go_to(request, "checkout:plan_sent", business=business.slug)


@require_safe
@public_page
def plan_sent(request: HttpRequest, business: Business) -> HttpResponse:
    """The same neutral answer to whoever gets a plan for nothing or looks for theirs: the mail
    decides who may use it."""
    return render_page(request, "checkout/plan_sent.html", None, frame_of(business=business))


@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def find_plan(request: HttpRequest, business: Business) -> HttpResponse:
    """Send the link to a plan to its holder; the answer is the same whether there is one or not."""
    form = PlanHolderForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 200 if request.method != "POST" else UNPROCESSABLE
        context = {**frame_of(business=business), "form": form}
        return render_page(request, "checkout/plan_find.html", None, context, status=status)
    now = timezone.now()
    if has_room_for_links(request, form.cleaned_data["email"], now=now):
        checkout.ask_for_plans(business=business, email=form.cleaned_data["email"], now=now)
    return go_to(request, "checkout:plan_sent", business=business.slug)


def _changed_words(price: int, seen: int, business: Business) -> str:
    return _("The price changed from %(was)s to %(now)s. Nothing was paid.") % {
        "was": format_money(seen, business.currency, business.locale),
        "now": format_money(price, business.currency, business.locale),
    }


def _show(
    request: HttpRequest,
    business: Business,
    card: PlanCard,
    form: BuyerForm,
    *,
    now: datetime,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        **frame_of(business=business),
        "card": card,
        "form": form,
        "notice": notice,
        "is_sold_online": not card.price or takes_online(card.price.amount, card.price.currency),
        "guard": new_guard(purpose=PURPOSE, now=now),
    }
    return render_page(request, "checkout/buy_plan.html", None, context, status=status)
