"""The same two steps for operators, who work in Django admin and in no team."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.businesses.models import Business, Clock, Location
from apps.dashboard.setup.views.clocks import take_step
from apps.web.http import render_page


@require_http_methods(["GET", "HEAD", "POST"])
def business_clock(request: HttpRequest, business_id: int) -> HttpResponse:
    """Change the zone of a business and of all its places that follow it."""
    found = Business.objects.filter(pk=business_id).first()
    if found is None:
        raise Http404
    back = reverse("admin:businesses_business_change", args=[business_id])
    return _answer(request, Clock(found), right="businesses.change_business", back=back)


@require_http_methods(["GET", "HEAD", "POST"])
def place_clock(request: HttpRequest, place: int) -> HttpResponse:
    """Change the zone of one location."""
    found = Location.objects.select_related("business").filter(pk=place).first()
    if found is None:
        raise Http404
    back = reverse("admin:businesses_location_change", args=[place])
    clock = Clock(found.business, found)
    return _answer(request, clock, right="businesses.change_location", back=back)


def _answer(request: HttpRequest, clock: Clock, *, right: str, back: str) -> HttpResponse:
    if not request.user.has_perm(right):
        raise PermissionDenied
    now = timezone.now()
    answer = take_step(request, clock=clock, now=now)
    if answer.done:
        messages.success(request, _("The time zone has been changed."))
        response = redirect(back)
        response.status_code = 303
        return response
    shown = {**answer.context, "back_url": back, "now": now, "locale": clock.business.locale}
    return render_page(request, "dashboard/operator_clock.html", None, shown, status=answer.status)
