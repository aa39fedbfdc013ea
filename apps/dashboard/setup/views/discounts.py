"""Discounts that count without a code; they are listed beside the codes (rule M14)."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from apps.checkout import operations as checkout
from apps.checkout.models import Discount
from apps.dashboard.desk import OwnerRequest
from apps.dashboard.roles import Right, roles_with
from apps.dashboard.setup.forms.reductions import DiscountForm
from apps.dashboard.setup.views.coupons import show_coupons
from apps.web.form_keys import form_key_of
from apps.web.guards import guarded
from apps.web.http import go_to


@require_POST
@guarded(*roles_with(Right.COUPONS))
def discounts(request: OwnerRequest, slug: str) -> HttpResponse:
    """Make a discount."""
    now, desk = timezone.now(), request.desk
    form = DiscountForm(request.POST, business=desk.business)
    if not form.is_valid():
        return show_coupons(request, now=now, discount_form=form, status=422)
    key = form_key_of(request, business_id=desk.business.pk)
    checkout.make_discount(facts=form.facts(now=now), by=desk.member, form_key=key)
    return go_to(request, "dashboard:coupons", slug, fragment="discounts")


@require_POST
@guarded(*roles_with(Right.COUPONS))
def stop_discount(request: OwnerRequest, slug: str, discount: int) -> HttpResponse:
    """Let a discount end now."""
    try:
        checkout.stop_discount(discount_id=discount, by=request.desk.member, now=timezone.now())
    except Discount.DoesNotExist as missing:
        raise Http404 from missing
    return go_to(request, "dashboard:coupons", slug, fragment="discounts")
