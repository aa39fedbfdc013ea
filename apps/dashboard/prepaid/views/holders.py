"""Who has a plan; one plan of one customer, and what the team does with it (rule M17)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from django import forms
from django.http import HttpResponse
from django.utils import timezone

from apps.catalog.models import PricingPlan
from apps.checkout import operations as checkout
from apps.checkout.models import PlanPurchase
from apps.dashboard.access import OwnerRequest
from apps.dashboard.frame.views.owner_page import (
    owner_page,
    redirect_search,
    required,
    rest_of_address,
    show,
    to_page,
)
from apps.dashboard.frame.views.refusals import code_refused_words, problem_of
from apps.dashboard.prepaid.forms.sales import (
    AdjustPlanForm,
    EndPlanForm,
    HoldersForm,
    PlanNextForm,
    PlanPaidForm,
    RevisionForm,
    UndoPlanPaidForm,
)
from apps.dashboard.prepaid.queries.plans import (
    find_holders,
    get_own_plan,
    get_purchase,
    read_held_plan,
)
from apps.dashboard.roles import Right
from apps.kernel.money import Money
from apps.kernel.refusals import Refusal
from apps.prepaid import operations as prepaid
from apps.web.form_keys import KeyedForm, passing_key_of

F = TypeVar("F", bound=forms.Form)
DONE = ("sold", "sent", "saved")
"""What a page says was done, as its address names it."""


@owner_page(Right.SELL, "GET", "POST")
def plan_holders(request: OwnerRequest) -> HttpResponse:
    """List who has a plan: all of them, those of one plan, or those of a name."""
    now, access = timezone.now(), request.access
    words, plan_id, page = HoldersForm(request.POST or request.GET).asked()
    if redirect := redirect_search(request, "plan_holders", words, plan=plan_id):
        return redirect
    context = {
        "found": find_holders(access=access, words=words, plan_id=plan_id, page=page),
        "plan": _plan_of(request, plan_id),
        "words": words,
        "rest": rest_of_address(q=words, plan=plan_id),
    }
    return show(request, "dashboard/plan_holders.html", context, now=now, current="plans")


@owner_page(Right.SELL)
def held_plan(request: OwnerRequest, reference: str) -> HttpResponse:
    """Show a plan that somebody has, line by line."""
    return _show(
        request, get_purchase(access=request.access, reference=reference), now=timezone.now()
    )


@owner_page(Right.OFFER_PLANS, "POST")
def pause_plan(request: OwnerRequest, reference: str) -> HttpResponse:
    """Pause a plan, or resume it."""
    now, access = timezone.now(), request.access
    move = prepaid.resume_plan if "resume" in request.POST else prepaid.pause_plan

    def act(purchase: PlanPurchase, form: RevisionForm) -> None:
        revision = form.cleaned_data["revision"]
        move(purchase_id=purchase.pk, revision=revision, by=access.member, now=now)

    return _act(request, reference, RevisionForm(request.POST), act, now=now)


@owner_page(Right.OFFER_PLANS, "POST")
def stop_renewal(request: OwnerRequest, reference: str) -> HttpResponse:
    """Stop a membership from renewing: it ends with the period that is paid for."""
    now, access = timezone.now(), request.access

    def act(purchase: PlanPurchase, _form: forms.Form) -> None:
        prepaid.stop_renewal(purchase_id=purchase.pk, business_id=access.business.pk, now=now)

    return _act(request, reference, forms.Form(request.POST), act, now=now)


@owner_page(Right.OFFER_PLANS, "POST")
def end_plan(request: OwnerRequest, reference: str) -> HttpResponse:
    """End a plan now, with a refund of some of its money, or none."""
    now, access = timezone.now(), request.access

    def act(purchase: PlanPurchase, form: EndPlanForm) -> None:
        found = form.cleaned_data
        prepaid.cancel_plan(
            purchase_id=purchase.pk,
            revision=found["revision"],
            amount=found["amount"],
            seen_refunded=found["seen_refunded"],
            reason=found["reason"],
            by=access.member,
            now=now,
        )

    form = EndPlanForm(request.POST, business=access.business)
    return _act(request, reference, form, act, now=now, name="end")


@owner_page(Right.OFFER_PLANS, "POST")
def adjust_plan(request: OwnerRequest, reference: str) -> HttpResponse:
    """Add visits or take some off, with a reason."""
    now, access = timezone.now(), request.access

    def act(purchase: PlanPurchase, form: AdjustPlanForm) -> None:
        prepaid.adjust_plan(
            purchase_id=purchase.pk,
            revision=form.cleaned_data["revision"],
            visits=form.change(),
            reason=form.cleaned_data["reason"],
            by=access.member,
            now=now,
        )

    return _act(
        request,
        reference,
        AdjustPlanForm(request.POST, business=access.business),
        act,
        now=now,
        name="adjust",
    )


@owner_page(Right.SELL, "POST")
def send_plan_link(request: OwnerRequest, reference: str) -> HttpResponse:
    """Send the link to the plan again."""
    now, access = timezone.now(), request.access

    def act(purchase: PlanPurchase, _form: forms.Form) -> None:
        key = passing_key_of(request, business_id=access.business.pk, now=now)
        prepaid.send_plan_link(purchase_id=purchase.pk, by=access.member, now=now, form_key=key)

    return _act(request, reference, KeyedForm(request.POST), act, now=now, done="sent")


@owner_page(Right.SELL, "POST")
def plan_paid(request: OwnerRequest, reference: str) -> HttpResponse:
    """Record that a plan was paid in person, or use a code or a gift card for it."""
    now, access = timezone.now(), request.access

    def act(purchase: PlanPurchase, form: PlanPaidForm) -> None:
        order_id, code = form.cleaned_data["order"], form.cleaned_data["gift"]
        if not code:
            checkout.mark_plan_paid(
                purchase_id=purchase.pk, order_id=order_id, by=access.member, now=now
            )
            return
        checkout.use_code_for_plan(
            purchase_id=purchase.pk,
            business_id=access.business.pk,
            order_id=order_id,
            code=code,
            by=access.member,
            now=now,
        )

    return _act(request, reference, PlanPaidForm(request.POST), act, now=now, name="paid")


@owner_page(Right.SELL, "POST")
def plan_next(request: OwnerRequest, reference: str) -> HttpResponse:
    """Record that the next period of a membership was paid in person, or have a gift card pay."""
    now, access = timezone.now(), request.access

    def act(purchase: PlanPurchase, form: PlanNextForm) -> None:
        prepaid.renew_in_person(
            purchase_id=purchase.pk,
            revision=form.cleaned_data["revision"],
            by=access.member,
            now=now,
            gift=form.cleaned_data["gift"],
        )

    return _act(request, reference, PlanNextForm(request.POST), act, now=now, name="next")


@owner_page(Right.SELL, "POST")
def undo_plan_paid(request: OwnerRequest, reference: str) -> HttpResponse:
    """Undo the record of a payment in person."""
    now, access = timezone.now(), request.access

    def act(purchase: PlanPurchase, form: UndoPlanPaidForm) -> None:
        checkout.undo_plan_paid(
            purchase_id=purchase.pk,
            order_id=form.cleaned_data["order"],
            payment_id=form.cleaned_data["payment"],
            by=access.member,
            now=now,
        )

    return _act(request, reference, UndoPlanPaidForm(request.POST), act, now=now)


def _act(
    request: OwnerRequest,
    reference: str,
    form: F,
    act: Callable[[PlanPurchase, F], None],
    *,
    now: datetime,
    name: str = "",
    done: str = "saved",
) -> HttpResponse:
    """Do something with a plan; a refusal is its page as it stands now, and what was typed in the
    form of this name."""
    purchase = get_purchase(access=request.access, reference=reference)
    try:
        required(form)
        act(purchase, form)
    except Refusal as refusal:
        fresh = get_purchase(access=request.access, reference=reference)
        if isinstance(refusal, checkout.CouponRefused):
            typed = str(form.cleaned_data["gift"])
            form.add_error("gift", code_refused_words(refusal, typed, of=fresh))
        return _show(request, fresh, now=now, refusal=refusal, typed={name: form})
    return to_page(request, "held_plan", reference, query={"done": done})


def _show(
    request: OwnerRequest,
    purchase: PlanPurchase,
    *,
    now: datetime,
    refusal: Refusal | None = None,
    typed: Mapping[str, forms.Form] | None = None,
) -> HttpResponse:
    page = read_held_plan(purchase=purchase, now=now)
    problem = problem_of(refusal, access=request.access, of=purchase) if refusal else None
    back = page.payable
    fresh: dict[str, forms.Form] = {
        "adjust": AdjustPlanForm(business=request.access.business),
        "end": EndPlanForm(business=request.access.business),
        "link": KeyedForm(auto_id=False),
    }
    done = request.GET.get("done", "")
    context = {
        "page": page,
        "purchase": purchase,
        "forms": {**fresh, **(typed or {})},
        "refundable": Money(back.refundable, purchase.currency) if back else None,
        "seen_refunded": back.refunded if back else 0,
        "problem": problem,
        "done": done if done in DONE and not problem else "",
    }
    status = problem.status if problem else 200
    return show(
        request, "dashboard/held_plan.html", context, now=now, current="plans", status=status
    )


def _plan_of(request: OwnerRequest, plan_id: int | None) -> PricingPlan | None:
    if plan_id is None:
        return None
    return get_own_plan(access=request.access, plan_id=plan_id)
