"""What makes something cheaper, on one page: codes with how often they were used (rule M13), and
discounts that count without one (rule M14)."""

from datetime import datetime

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.checkout import operations as checkout
from apps.checkout.models import Coupon, Discount
from apps.dashboard.access import OwnerRequest
from apps.dashboard.frame.views.showing import show
from apps.dashboard.roles import Right, roles_with
from apps.dashboard.setup.forms.promotions import CouponForm, DiscountForm
from apps.dashboard.setup.queries.promotions import list_coupons, list_discounts
from apps.web.form_keys import form_key_of
from apps.web.guards import guarded
from apps.web.http import go_to


@require_http_methods(["GET", "HEAD", "POST"])
@guarded(*roles_with(Right.COUPONS))
def coupons(request: OwnerRequest, slug: str) -> HttpResponse:
    """List the codes; with POST, make one."""
    now, access = timezone.now(), request.access
    form, status = CouponForm(business=access.business), 200
    if request.method == "POST":
        status = 422
        form = CouponForm(request.POST, business=access.business)
        if form.is_valid():
            try:
                key = form_key_of(request, business_id=access.business.pk)
                checkout.make_coupon(facts=form.facts(now=now), by=access.member, form_key=key)
            except checkout.CodeTaken:
                form.add_error("code", _("This code already exists."))
                status = 409
            else:
                return go_to(request, "dashboard:coupons", slug)
    return show_coupons(request, now=now, form=form, status=status)


def show_coupons(
    request: OwnerRequest,
    *,
    now: datetime,
    form: CouponForm | None = None,
    discount_form: DiscountForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show codes and discounts with a form for each; one that was refused comes with its text."""
    access = request.access
    context = {
        "rows": list_coupons(access=access, now=now),
        "discounts": list_discounts(access=access, now=now),
        "form": form or CouponForm(business=access.business),
        "discount_form": discount_form or DiscountForm(business=access.business),
    }
    return show(
        request,
        "dashboard/coupons.html",
        None,
        context,
        now=now,
        current="coupons",
        status=status,
    )


@require_POST
@guarded(*roles_with(Right.COUPONS))
def stop_coupon(request: OwnerRequest, slug: str, coupon: int) -> HttpResponse:
    """Let a code end now."""
    try:
        checkout.stop_coupon(coupon_id=coupon, by=request.access.member, now=timezone.now())
    except Coupon.DoesNotExist as missing:
        raise Http404 from missing
    return go_to(request, "dashboard:coupons", slug)


@require_POST
@guarded(*roles_with(Right.COUPONS))
def discounts(request: OwnerRequest, slug: str) -> HttpResponse:
    """Make a discount."""
    now, access = timezone.now(), request.access
    form = DiscountForm(request.POST, business=access.business)
    if not form.is_valid():
        return show_coupons(request, now=now, discount_form=form, status=422)
    key = form_key_of(request, business_id=access.business.pk)
    checkout.make_discount(facts=form.facts(now=now), by=access.member, form_key=key)
    return go_to(request, "dashboard:coupons", slug, fragment="discounts")


@require_POST
@guarded(*roles_with(Right.COUPONS))
def stop_discount(request: OwnerRequest, slug: str, discount: int) -> HttpResponse:
    """Let a discount end now."""
    try:
        checkout.stop_discount(discount_id=discount, by=request.access.member, now=timezone.now())
    except Discount.DoesNotExist as missing:
        raise Http404 from missing
    return go_to(request, "dashboard:coupons", slug, fragment="discounts")
