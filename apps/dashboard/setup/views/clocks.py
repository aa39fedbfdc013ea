"""The places of a business, and the time zone of each."""

from django.http import HttpResponse
from django.utils import timezone

from apps.businesses.queries import get_clock
from apps.dashboard.access import OwnerRequest
from apps.dashboard.frame.views.owner_page import owner_page, show, to_page
from apps.dashboard.roles import Right
from apps.dashboard.setup.queries.clocks import list_clocks
from apps.dashboard.setup.views.clock_steps import take_step


@owner_page(Right.SETTINGS)
def clocks(request: OwnerRequest) -> HttpResponse:
    """List the business and its locations with the clock of each."""
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


@owner_page(Right.SETTINGS, "GET", "POST")
def business_clock(request: OwnerRequest) -> HttpResponse:
    """Change the zone of the business and of all places that follow it."""
    return _clock(request, None)


@owner_page(Right.SETTINGS, "GET", "POST")
def place_clock(request: OwnerRequest, place: int) -> HttpResponse:
    """Change the zone of one location."""
    return _clock(request, place)


def _clock(request: OwnerRequest, place: int | None) -> HttpResponse:
    now = timezone.now()
    clock = get_clock(business=request.access.business, location_id=place)
    answer = take_step(request, clock=clock, now=now)
    if answer.done:
        return to_page(request, "clocks", query={"saved": "1"})
    return show(
        request,
        "dashboard/clock.html",
        None,
        answer.context,
        now=now,
        current="places",
        status=answer.status,
    )
