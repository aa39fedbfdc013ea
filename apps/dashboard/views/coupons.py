"""O17: codes that make something cheaper: make one, see how often it was used, stop it (R075)."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.checkout import operations as checkout
from apps.checkout.models import Coupon
from apps.dashboard.desk import OwnerRequest
from apps.dashboard.money_forms import CouponForm
from apps.dashboard.queries.coupons import list_coupons
from apps.dashboard.roles import Right, roles_with
from apps.dashboard.views.showing import show
from apps.web.guards import guarded
from apps.web.http import go_to


@require_http_methods(["GET", "HEAD", "POST"])
@guarded(*roles_with(Right.COUPONS))
def coupons(request: OwnerRequest, slug: str) -> HttpResponse:
    """List the codes; with POST, make one."""
    now, desk = timezone.now(), request.desk
    form = CouponForm(request.POST or None, business=desk.business)
    status = 200
    if request.method == "POST":
        status = 422
        form = CouponForm(request.POST, business=desk.business)
        if form.is_valid():
            try:
                checkout.make_coupon(facts=form.facts(now=now), by=desk.member)
            except checkout.CodeTaken:
                form.add_error("code", _("There is a code like this already."))
                status = 409
            else:
                return go_to(request, "dashboard:coupons", slug)
    context = {"rows": list_coupons(desk=desk, now=now), "form": form}
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
        checkout.stop_coupon(coupon_id=coupon, by=request.desk.member, now=timezone.now())
    except Coupon.DoesNotExist as missing:
        raise Http404 from missing
    return go_to(request, "dashboard:coupons", slug)
