"""The places of a business, and the time zone of each, changed in two steps: choose it, then read
what it touches and say what stays. For owners and operators alike."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.availability.engine.rezoning import Keep
from apps.availability.operations import BusyTryAgain
from apps.bookings.models import BookingEvent
from apps.bookings.operations import Actor, ClockConflicts, StaleRevision
from apps.bookings.queries.rezoning import Touched, find_touched
from apps.businesses.models import Clock
from apps.businesses.queries import get_clock
from apps.checkout import operations as checkout
from apps.dashboard.access import OwnerRequest
from apps.dashboard.frame.views.owner_page import owner_page, show, to_page
from apps.dashboard.roles import Right
from apps.dashboard.setup.forms.clocks import WhatStaysForm, ZoneForm, ZoneSearchForm
from apps.dashboard.setup.queries.clocks import list_clocks, preview_clock
from apps.web.formatting import format_weekday_time, zone_label


@dataclass(frozen=True, slots=True)
class Answer:
    """What to show, or (done) that it is done."""

    context: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    done: bool = False


def take_step(request: HttpRequest, *, clock: Clock, now: datetime) -> Answer:
    """Show the step the address asks for; with POST, change the zone. Nothing is changed by a
    mistake (422), nor when something is in the way or came in between (409)."""
    data = request.POST if request.method == "POST" else request.GET
    if "zone" not in data:
        return _choose(data if data.get("q", "").strip() else None, clock, now=now)
    kept = WhatStaysForm(request.POST if request.method == "POST" else None)
    zone = ZoneForm(data, clock=clock, is_again=kept.is_valid())
    if not zone.is_valid():
        return _choose(None, clock, now=now, wrong=zone)
    name = str(zone.cleaned_data["zone"])
    if not kept.is_bound:
        return _list(find_touched(clock=clock, name=name, now=now), kept, now=now)
    return _change(request, kept, clock=clock, name=name, now=now)


def _choose(
    data: QueryDict | None, clock: Clock, *, now: datetime, wrong: ZoneForm | None = None
) -> Answer:
    locale = clock.business.locale
    form = ZoneSearchForm(data, locale=locale)
    is_wrong = wrong is not None or (form.is_bound and not form.is_valid())
    zones = [
        {
            "zone": it,
            "time": format_weekday_time(now, zone=clock.zone_with(it.name), locale=locale),
            "is_now": it.name == clock.zone.key,
        }
        for it in form.found
    ]
    location = clock.location
    context = {
        "clock": clock,
        "form": wrong or form,
        "search": form,
        "zones": zones,
        "now_words": zone_label(clock.zone.key, locale=locale),
        "follow_words": zone_label(clock.business.time_zone, locale=locale)
        if location is not None and location.time_zone
        else "",
    }
    return Answer(context, 422 if is_wrong else 200)


def _list(touched: Touched, form: WhatStaysForm, *, now: datetime, status: int = 200) -> Answer:
    preview = preview_clock(touched=touched, now=now)
    context = {
        "clock": touched.clock,
        "name": touched.name,
        "preview": preview,
        "form": form,
        "kept": form["keep"].value() if form.is_bound else "",
        "is_list": True,
    }
    return Answer(context, status)


def _change(
    request: HttpRequest, form: WhatStaysForm, *, clock: Clock, name: str, now: datetime
) -> Answer:
    if form.is_valid():
        problem = _try(request, form, clock=clock, name=name, now=now)
        if problem is None:
            return Answer(done=True)
        form.add_error(None, problem)
    status = 409 if form.non_field_errors() else 422
    return _list(find_touched(clock=clock, name=name, now=now), form, now=now, status=status)


def _try(
    request: HttpRequest, form: WhatStaysForm, *, clock: Clock, name: str, now: datetime
) -> str | None:
    """Change the zone, or say why nothing was changed."""
    try:
        checkout.change_zone(
            business_id=clock.business.pk,
            location_id=clock.location.pk if clock.location else None,
            name=name,
            keep=Keep(form.cleaned_data["keep"]),
            seen=form.cleaned_data["seen"],
            actor=Actor(BookingEvent.Actor.TEAM, request.user.pk),
            now=now,
        )
    except StaleRevision:
        return _(
            "Something has been booked or changed since this list was made. Please check it again."
        )
    except ClockConflicts:
        return _("Clock times cannot be kept: check what is in the way.")
    except BusyTryAgain:
        return _("Lots of people are booking right now. Please try again.")
    return None


@owner_page(Right.SETTINGS)
def clocks(request: OwnerRequest) -> HttpResponse:
    """List the business and its locations with the clock of each."""
    context = {
        "places": list_clocks(business=request.access.business),
        "saved": request.GET.get("saved") == "1",
    }
    return show(request, "dashboard/places.html", context, now=timezone.now(), current="places")


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
        answer.context,
        now=now,
        current="places",
        status=answer.status,
    )
