"""The places of a business, and the time zone of each."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from apps.businesses.models import Location
from apps.businesses.queries import get_clock
from apps.dashboard.access import OwnerRequest
from apps.dashboard.frame.views.showing import show
from apps.dashboard.roles import Right, roles_with
from apps.dashboard.setup.queries.clocks import list_clocks
from apps.dashboard.setup.views.clock_steps import take_step
from apps.web.guards import guarded
from apps.web.http import go_to


@require_safe
@guarded(*roles_with(Right.SETTINGS))
def clocks(request: OwnerRequest, slug: str) -> HttpResponse:
    """List the business and its locations with the clock of each."""
    del slug
    context = {
        "places": list_clocks(business=request.access.business),
        "saved": request.GET.get("saved") == "1",
    }
    return show(
        request,
        "dashboard/places.html",
        None,
        context,
        now=timezone.now(),
        current="places",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@guarded(*roles_with(Right.SETTINGS))
def business_clock(request: OwnerRequest, slug: str) -> HttpResponse:
    """Change the zone of the business and of all places that follow it."""
    return _clock(request, slug, None)


@require_http_methods(["GET", "HEAD", "POST"])
@guarded(*roles_with(Right.SETTINGS))
def place_clock(request: OwnerRequest, slug: str, place: int) -> HttpResponse:
    """Change the zone of one location."""
    return _clock(request, slug, place)


def _clock(request: OwnerRequest, slug: str, place: int | None) -> HttpResponse:
    now = timezone.now()
    try:
        clock = get_clock(business=request.access.business, location_id=place)
    except Location.DoesNotExist as missing:
        raise Http404 from missing
    answer = take_step(request, clock=clock, now=now)
    if answer.done:
        return go_to(request, "dashboard:clocks", slug, query={"saved": "1"})
    return show(
        request,
        "dashboard/clock.html",
        None,
        answer.context,
        now=now,
        current="places",
        status=answer.status,
    )
