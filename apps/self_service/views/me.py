"""*My bookings*: what a browser may call its own, at all businesses, without asking for an address;
and all of an address, once it is signed in."""

import json
from datetime import datetime
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.bookings.forms.picks import again_url, picks_of_booking, times_url
from apps.bookings.models import Booking
from apps.bookings.visitors import browser_of, forget_person, plans_of, proof_of
from apps.customers import operations as customers
from apps.customers.signed_in import address_of, device_of
from apps.messages.composing import calendar_of_all
from apps.messages.queries import list_calendar_facts
from apps.prepaid.queries.of_mailbox import list_cards_of, list_plans
from apps.self_service.queries.mine import list_ahead, list_mine, of_browser
from apps.self_service.queries.own_data import own_data
from apps.self_service.views.booking import granted_booking
from apps.web import limit_rules as rules
from apps.web.http import HttpResponseSeeOther, client_network, download, go_to, render_page
from apps.web.limits import Hit, require_room_to_read

LONGEST_PAGE = 9


@require_safe
@never_cache
def me(request: HttpRequest) -> HttpResponse:
    """List what was booked in this browser, opened by its link, or is remembered here; and all of
    the address that it is signed in with."""
    now, address = timezone.now(), address_of(request)
    found = list_mine(
        found=of_browser(browser_of(request), address=address),
        opens=partial(_opens, request),
        page=request.GET.get("page", "")[:LONGEST_PAGE],
        now=now,
    )
    context = {
        "mine": found,
        "plans": list_plans(among=plans_of(request)),
        "cards": list_cards_of(email=address),
        "now": now,
        "address": address,
    }
    return render_page(request, "self_service/me.html", None, context)


def _opens(request: HttpRequest, booking: Booking) -> bool:
    return proof_of(request, booking) is not None


@require_safe
@never_cache
def calendar(request: HttpRequest) -> HttpResponse:
    """Hand out one calendar file of what is ahead; the events are those of each booking's own
    file, so that nothing stands twice in a calendar.

    Raises:
        TooMany: too many files for one network (answer 429).
    """
    now = timezone.now()
    _require_room(request, now=now)
    found = of_browser(browser_of(request), address=address_of(request))
    ahead = list_ahead(found=found, opens=partial(_opens, request), now=now)
    if not ahead:  # a calendar file holds one event at least (RFC 5545 3.4)
        return go_to(request, "self_service:me")
    file = calendar_of_all(all_facts=list_calendar_facts(bookings=ahead), now=now)
    kind = f"text/calendar; charset=utf-8; method={file.method}"
    return download(file.content, kind, name="bookings.ics")


@require_safe
@never_cache
def data(request: HttpRequest) -> HttpResponse:
    """Hand out all that is kept of the address this browser is signed in with, as JSON.

    Raises:
        TooMany: too many files for one network (answer 429).
    """
    now, address = timezone.now(), address_of(request)
    if not address:
        return go_to(request, "self_service:sign_in")
    _require_room(request, now=now)
    text = json.dumps(own_data(email=address, now=now), ensure_ascii=False, indent=2)
    return download(text.encode(), "application/json", name="my-data.json")


def _require_room(request: HttpRequest, *, now: datetime) -> None:
    """Counted in memory, because a page that is only read writes nothing (ADR 19)."""
    hits = [Hit(rules.EXPORTS_PER_NETWORK, client_network(request))]
    require_room_to_read(hits=hits, now=now)


@require_safe
@never_cache
def again(request: HttpRequest, reference: str) -> HttpResponse:
    """Lead to the times of what was booked, with the same choices made."""
    booking = granted_booking(request, reference)
    url = again_url(booking=booking) or times_url(booking.service, picks_of_booking(booking))
    return HttpResponseSeeOther(url)


@require_POST
def forget_me(request: HttpRequest) -> HttpResponse:
    """Forget in this browser whatever it may see as a customer, and sign it out (rule D7)."""
    here = device_of(request)
    if here is not None:
        customers.end_sign_ins(email=here.email, device_id=here.pk, now=timezone.now())
    response = go_to(request, "self_service:me")
    forget_person(request, response)
    return response
