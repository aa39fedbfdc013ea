"""Promotions on one page: codes with how often they were used (rule M13), and discounts that apply
without one (rule M14)."""

from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.checkout import operations as checkout
from apps.dashboard.access import OwnerRequest
from apps.dashboard.frame.views.owner_page import owner_page, show, to_page
from apps.dashboard.roles import Right
from apps.dashboard.setup.forms.promotions import CouponForm, DiscountForm
from apps.dashboard.setup.queries.promotions import list_coupons, list_discounts
from apps.web.form_keys import form_key_of


@owner_page(Right.COUPONS, "GET", "POST")
def coupons(request: OwnerRequest) -> HttpResponse:
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
                return to_page(request, "coupons")
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
        request, "dashboard/coupons.html", context, now=now, current="coupons", status=status
    )


@owner_page(Right.COUPONS, "POST")
def stop_coupon(request: OwnerRequest, coupon: int) -> HttpResponse:
    """End a code now."""
    checkout.stop_coupon(coupon_id=coupon, by=request.access.member, now=timezone.now())
    return to_page(request, "coupons")


@owner_page(Right.COUPONS, "POST")
def discounts(request: OwnerRequest) -> HttpResponse:
    """Make a discount."""
    now, access = timezone.now(), request.access
    form = DiscountForm(request.POST, business=access.business)
    if not form.is_valid():
        return show_coupons(request, now=now, discount_form=form, status=422)
    key = form_key_of(request, business_id=access.business.pk)
    checkout.make_discount(facts=form.facts(now=now), by=access.member, form_key=key)
    return to_page(request, "coupons", fragment="discounts")


@owner_page(Right.COUPONS, "POST")
def stop_discount(request: OwnerRequest, discount: int) -> HttpResponse:
    """End a discount now."""
    checkout.stop_discount(discount_id=discount, by=request.access.member, now=timezone.now())
    return to_page(request, "coupons", fragment="discounts")
