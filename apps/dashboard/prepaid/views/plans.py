"""The plans a business offers: make one, change it, stop selling it (rule M16)."""

from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone

from apps.catalog import operations as catalog
from apps.dashboard.access import OwnerRequest
from apps.dashboard.frame.views.owner_page import owner_page, show, to_page
from apps.dashboard.prepaid.forms.plans import PlanForm
from apps.dashboard.prepaid.forms.sales import RevisionForm
from apps.dashboard.prepaid.queries.plans import get_own_plan, list_plan_rows
from apps.dashboard.roles import Right
from apps.kernel.refusals import Refusal
from apps.prepaid.queries.plans import card_of_plan
from apps.web.form_keys import form_key_of

CONFLICT = 409


@owner_page(Right.SELL)
def plans(request: OwnerRequest) -> HttpResponse:
    """List the plans, with who sells and who has them."""
    context = {"rows": list_plan_rows(access=request.access)}
    return show(request, "dashboard/plans.html", context, now=timezone.now(), current="plans")


@owner_page(Right.OFFER_PLANS, "GET", "POST")
def new_plan(request: OwnerRequest) -> HttpResponse:
    """Ask for the terms of a plan; with POST, offer it."""
    now, access = timezone.now(), request.access
    if request.method != "POST":
        return _show(request, PlanForm(business=access.business), now=now)
    form = PlanForm(request.POST, business=access.business)
    if form.is_valid():
        try:
            catalog.make_plan(
                kind=form.chosen_kind,
                facts=form.facts(),
                by=access.member,
                form_key=form_key_of(request, business_id=access.business.pk),
            )
        except catalog.PlanTermsWrong as error:
            form.add_operation_errors(error.wrong)
        else:
            return to_page(request, "plans")
    return _show(request, form, now=now, status=422)


@owner_page(Right.OFFER_PLANS, "GET", "POST")
def plan(request: OwnerRequest, plan_id: int) -> HttpResponse:
    """Show the terms of a plan; with POST, keep those that were typed from now on."""
    now, access = timezone.now(), request.access
    offered = get_own_plan(access=request.access, plan_id=plan_id)
    if request.method != "POST":
        return _show(request, PlanForm(business=access.business, plan=offered), now=now)
    form = PlanForm(request.POST, business=access.business, plan=offered)
    if not form.is_valid():
        return _show(request, form, now=now, status=422)
    try:
        catalog.change_plan(
            plan_id=offered.pk,
            revision=form.cleaned_data["revision"],
            facts=form.facts(),
            by=access.member,
        )
    except catalog.PlanTermsWrong as error:
        form.add_operation_errors(error.wrong)
        return _show(request, form, now=now, status=422)
    except Refusal:
        fresh = get_own_plan(access=request.access, plan_id=plan_id)
        form = PlanForm(request.POST, business=access.business, plan=fresh, keeps=True)
        return _show(request, form, now=now, status=CONFLICT)
    return to_page(request, "plan", plan_id, query={"saved": "1"})


@owner_page(Right.OFFER_PLANS, "POST")
def retire_plan(request: OwnerRequest, plan_id: int) -> HttpResponse:
    """Stop selling a plan."""
    now, access = timezone.now(), request.access
    offered, form = get_own_plan(access=request.access, plan_id=plan_id), RevisionForm(request.POST)
    if not form.is_valid():
        return _show(request, PlanForm(business=access.business, plan=offered), now=now, status=422)
    try:
        catalog.retire_plan(
            plan_id=plan_id, revision=form.cleaned_data["revision"], by=access.member, now=now
        )
    except Refusal:
        fresh = PlanForm(
            business=access.business, plan=get_own_plan(access=request.access, plan_id=plan_id)
        )
        return _show(request, fresh, now=now, status=CONFLICT)
    return to_page(request, "plans")


def _show(
    request: OwnerRequest, form: PlanForm, *, now: datetime, status: int = 200
) -> HttpResponse:
    stored = form.plan
    form.warn()
    context = {
        "form": form,
        "plan": stored,
        "card": card_of_plan(stored, request.access.business) if stored else None,
        "stale": status == CONFLICT,
        "typed": form.is_bound,
        "saved": "saved" in request.GET and not form.is_bound,
    }
    return show(request, "dashboard/plan.html", context, now=now, current="plans", status=status)
