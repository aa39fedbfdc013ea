"""The plans a business offers: make one, change it, sell it no more (rule M16)."""

from datetime import datetime

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.catalog import operations as catalog
from apps.catalog.models import PricingPlan
from apps.dashboard.access import OwnerRequest
from apps.dashboard.frame.views.showing import show
from apps.dashboard.prepaid.forms.plans import PlanForm
from apps.dashboard.prepaid.forms.sales import RevisionForm
from apps.dashboard.prepaid.queries.plan_list import get_own_plan, list_plan_rows
from apps.dashboard.roles import Right, roles_with
from apps.prepaid.queries.plans import card_of_plan
from apps.web.form_keys import form_key_of
from apps.web.guards import guarded
from apps.web.http import go_to

CONFLICT = 409


@require_safe
@guarded(*roles_with(Right.SELL))
def plans(request: OwnerRequest, slug: str) -> HttpResponse:
    """List the plans, with who sells and who has them."""
    del slug
    context = {"rows": list_plan_rows(access=request.access)}
    return show(request, "dashboard/plans.html", None, context, now=timezone.now(), current="plans")


@require_http_methods(["GET", "HEAD", "POST"])
@guarded(*roles_with(Right.OFFER_PLANS))
def new_plan(request: OwnerRequest, slug: str) -> HttpResponse:
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
            form.blame(error.wrong)
        else:
            return go_to(request, "dashboard:plans", slug)
    return _show(request, form, now=now, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@guarded(*roles_with(Right.OFFER_PLANS))
def plan(request: OwnerRequest, slug: str, plan_id: int) -> HttpResponse:
    """Show the terms of a plan; with POST, keep those that were typed from now on."""
    now, access = timezone.now(), request.access
    offered = plan_or_404(request, plan_id)
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
        form.blame(error.wrong)
        return _show(request, form, now=now, status=422)
    except (catalog.PlanHasChanged, catalog.PlanIsRetired):
        fresh = plan_or_404(request, plan_id)
        form = PlanForm(request.POST, business=access.business, plan=fresh, keeps=True)
        return _show(request, form, now=now, status=CONFLICT)
    return go_to(request, "dashboard:plan", slug, plan_id, query={"saved": "1"})


@require_POST
@guarded(*roles_with(Right.OFFER_PLANS))
def retire_plan(request: OwnerRequest, slug: str, plan_id: int) -> HttpResponse:
    """Sell a plan no more."""
    now, access = timezone.now(), request.access
    offered, form = plan_or_404(request, plan_id), RevisionForm(request.POST)
    if not form.is_valid():
        return _show(request, PlanForm(business=access.business, plan=offered), now=now, status=422)
    try:
        catalog.retire_plan(
            plan_id=plan_id, revision=form.cleaned_data["revision"], by=access.member, now=now
        )
    except (catalog.PlanHasChanged, catalog.PlanIsRetired):
        fresh = PlanForm(business=access.business, plan=plan_or_404(request, plan_id))
        return _show(request, fresh, now=now, status=CONFLICT)
    return go_to(request, "dashboard:plans", slug)


def plan_or_404(request: OwnerRequest, plan_id: int) -> PricingPlan:
    """Return a plan of this business.

    Raises:
        Http404: it has none of this number.
    """
    try:
        return get_own_plan(access=request.access, plan_id=plan_id)
    except PricingPlan.DoesNotExist as missing:
        raise Http404 from missing


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
    return show(
        request, "dashboard/plan.html", None, context, now=now, current="plans", status=status
    )
