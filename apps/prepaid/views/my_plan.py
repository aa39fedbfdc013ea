"""The other half: one plan in the hands of whoever has it."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.bookings.visitors import grant_plan, plans_of, revoke_plan
from apps.businesses.pages import frame_of
from apps.checkout import operations as checkout
from apps.checkout.models import PlanPurchase
from apps.checkout.providers import ProviderDown
from apps.checkout.queries.passes import last_day_words, left_words, terms_of_plan
from apps.checkout.queries.payments import UnderWay, find_under_way
from apps.checkout.views.changed import gift_refused_words, price_changed_words
from apps.prepaid import operations as prepaid
from apps.prepaid.forms import SeenLeftForm
from apps.prepaid.links import open_plan_token
from apps.prepaid.queries.plans import (
    ledger_of,
    next_period_of,
    period_words,
    plan_payment_progress_of,
)
from apps.prepaid.views.awaited import show_unpayable, waiting_context
from apps.prepaid.views.begun import (
    Bill,
    Typed,
    bill_of,
    choose_gift,
    chosen_gift,
    owed_of,
    takes_codes,
    use_typed,
)
from apps.web.http import HttpResponseSeeOther, go_to, origin_of, render_page


@require_safe
@never_cache
def exchange(request: HttpRequest, token: str) -> HttpResponse:
    """Trade the link of a plan's mail for the right to use it in this session; nothing is used
    up. Unknown and expired links get one answer alike."""
    purchase = open_plan_token(token)
    if purchase is None:
        return render_page(request, "prepaid/plan_link_dead.html", None, {}, status=404)
    if request.method != "HEAD":  # whoever only asks is given nothing
        grant_plan(request, purchase.pk, business_id=purchase.business_id)
    return go_to(request, "prepaid:plan", reference=purchase.reference)


@require_safe
@never_cache
def plan(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a plan: what is left, until when, and what it was used for. Right after the purchase it
    waits for the provider's word, as the page of a booking does; whoever went back from there
    reads what they have begun."""
    return _show(request, held_plan(request, reference))


def _show(
    request: HttpRequest,
    found: PlanPurchase,
    *,
    notice: str = "",
    typed: Typed | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    progress = plan_payment_progress_of(purchase=found)
    begun = find_under_way(found, now=now) if progress.is_under_way else None
    is_draft = found.status == PlanPurchase.Status.DRAFT
    bill = bill_of(found, begun, now=now, gift_code=_gift_code(request, found))
    owed = owed_of(found)
    context = {
        **_facts(found, now=now),
        **_waiting(request, begun, waits=is_draft and progress.is_under_way, bill=bill),
        "progress": progress,
        "bill": bill,
        "owed": owed,
        "takes_codes": takes_codes(found, owed, bill, now=now),
        "typed": typed,
        "notice": notice,
    }
    return render_page(request, "prepaid/plan.html", "prepaid/_plan.html", context, status)


def _facts(found: PlanPurchase, *, now: datetime) -> dict[str, Any]:
    prefetch_related_objects([found], "services")
    return {
        **frame_of(business=found.business),
        "purchase": found,
        "left_words": left_words(found),
        "last_day": last_day_words(found),
        "period": period_words(found.period_months),
        "services": [service.name for service in found.services.all()],
        "lines": ledger_of(purchase=found),
        "next": next_period_of(found),
        "is_good": terms_of_plan(found, now=now).is_active,
    }


def _gift_code(request: HttpRequest, found: PlanPurchase) -> str | None:
    """The card that was typed for its next period; what was begun is as it was agreed."""
    return None if found.status == PlanPurchase.Status.DRAFT else chosen_gift(request, found)


def _waiting(
    request: HttpRequest, begun: UnderWay | None, *, waits: bool, bill: Bill | None
) -> dict[str, Any]:
    """A plan that has begun waits for nothing, whatever is said of its next period."""
    under_way = bill.under_way if bill else None
    unclear = begun if waits and begun and begun.told else None
    return waiting_context(request, waits=waits, under_way=under_way, unclear=unclear)


@require_POST
def pay(request: HttpRequest, reference: str) -> HttpResponse:
    """Go on with the payment of a plan, or open it anew; not for another amount than was shown."""
    found, now = held_plan(request, reference), timezone.now()
    form = SeenLeftForm(request.POST)
    seen = form.cleaned_data["seen_left"] if form.is_valid() else None
    try:
        bought = prepaid.pay_for_plan(
            purchase_id=found.pk,
            origin=origin_of(request),
            now=now,
            seen_left=seen,
            gift_code=_gift_code(request, found),
        )
    except prepaid.PlanChanged as changed:
        words = price_changed_words(changed.price, seen or 0, found.business)
        return _show(request, found, notice=words, status=409)
    except (checkout.GiftRefused, checkout.PaymentUnderWay, checkout.CouponRefused) as changed:
        return _show(request, found, notice=_not_paid(changed, found), status=409)
    except (ProviderDown, checkout.WayNotOffered) as down:
        return show_unpayable(request, found.business, down)
    if bought.url:
        return HttpResponseSeeOther(bought.url)
    return go_to(request, "prepaid:plan", reference=reference)


def _not_paid(changed: Exception, found: PlanPurchase) -> str:
    if isinstance(changed, checkout.GiftRefused):
        return gift_refused_words(changed, found.business)
    if isinstance(changed, checkout.CouponRefused):
        return _("This code can no longer be used. You can continue without it.")
    return _("Another payment is in progress. Continue it or cancel it first.")


@require_POST
def use_code(request: HttpRequest, reference: str) -> HttpResponse:
    """Use a code or a gift card for what is to be paid of a plan, or of its next period."""
    found, now = held_plan(request, reference), timezone.now()
    if "drop" in request.POST:
        choose_gift(request, found, "")
        return go_to(request, "prepaid:plan", reference=reference)
    try:
        wrong = use_typed(request, found, now=now)
    except checkout.NotOwed:
        words = _("There is nothing left to pay at the moment.")
        return _show(request, found, notice=words, status=409)
    except checkout.PaymentUnderWay as begun:
        return _show(request, found, notice=_not_paid(begun, found), status=409)
    if wrong is not None:
        return _show(request, found, typed=wrong, status=422)
    return go_to(request, "prepaid:plan", reference=reference)


@require_POST
def change(request: HttpRequest, reference: str) -> HttpResponse:
    """Give up a plan that was begun and not paid, and go where it is bought: all that was typed is
    there, and its code and card are free. Of the next period that is the page of the plan."""
    found, now = held_plan(request, reference), timezone.now()
    begun = find_under_way(found, now=now)
    try:
        if begun is not None and begun.told is None:
            checkout.give_up_payment(payment_id=begun.payment_id, order_id=begun.order_id, now=now)
        prepaid.let_go_of_plan(purchase_id=found.pk, now=now)
    except checkout.NotOwed:
        return go_to(request, "prepaid:plan", reference=reference)
    except ProviderDown as down:
        return show_unpayable(request, found.business, down)
    if found.status != PlanPurchase.Status.DRAFT:
        return go_to(request, "prepaid:plan", reference=reference)
    revoke_plan(request, found.pk)
    return go_to(request, "prepaid:buy_plan", business=found.business.slug, plan=found.plan.slug)


@require_POST
def stop(request: HttpRequest, reference: str) -> HttpResponse:
    """Let a membership end with the period that is paid for."""
    found = held_plan(request, reference)
    with suppress(prepaid.PlanIsOver):  # the page says so
        prepaid.stop_renewal(
            purchase_id=found.pk, business_id=found.business_id, now=timezone.now()
        )
    return go_to(request, "prepaid:plan", reference=reference)


@require_POST
def start(request: HttpRequest, reference: str) -> HttpResponse:
    """Let a membership go on that was stopped."""
    found = held_plan(request, reference)
    with suppress(prepaid.PlanIsOver, prepaid.CardMissing):  # the page says so
        prepaid.start_renewal(
            purchase_id=found.pk, business_id=found.business_id, now=timezone.now()
        )
    return go_to(request, "prepaid:plan", reference=reference)


def held_plan(request: HttpRequest, reference: str) -> PlanPurchase:
    """Return the plan for a session that bought it or opened its link; 404 for any other."""
    plans = PlanPurchase.objects.select_related("business", "customer", "plan")
    found = plans.filter(reference=reference).first()
    if found is None or found.pk not in plans_of(request):
        raise Http404
    return found
