"""An address for the calendar of a customer, which always gives the file of one booking as it is
(rule S22)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from apps.bookings import operations as bookings
from apps.bookings.models import AccessLink
from apps.bookings.queries.links import find_link
from apps.bookings.states import OCCUPYING
from apps.businesses.pages import frame_of
from apps.messages.links import calendar_url
from apps.self_service.views.booking import calendar_file, granted_booking
from apps.self_service.views.links import show_dead_link
from apps.web import limit_rules as rules
from apps.web.devices import kind_of_device
from apps.web.http import client_network, render_page
from apps.web.limits import Hit, require_room

CALENDAR = AccessLink.Purpose.CALENDAR


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def subscribe(request: HttpRequest, reference: str) -> HttpResponse:
    """Say what subscribing is; by POST, make the address and show it this once."""
    found, now, url = granted_booking(request, reference), timezone.now(), ""
    if found.status not in OCCUPYING:  # nothing of it stands in a calendar
        raise Http404
    if request.method == "POST":
        require_room(hits=[Hit(rules.LINKS_PER_NETWORK, client_network(request))], now=now)
        token = bookings.create_access_link(booking=found, purpose=CALENDAR, now=now)
        url = calendar_url(token)
    context = {
        **frame_of(business=found.business, place=found.location),
        "zone": found.zone,
        "now": now,
        "title": found.title,
        "reference": found.reference,
        "url": url,
        "webcal_url": f"webcal:{url.partition(':')[2]}" if url else "",
    }
    return render_page(request, "self_service/subscribe.html", None, context)


@require_safe
@never_cache
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Give a calendar that subscribed the file as it is now; no session is given anything, and HEAD
    writes nothing."""
    now, device = timezone.now(), kind_of_device(request.headers.get("User-Agent", ""))
    if request.method == "HEAD":
        link = find_link(token=token, purpose=CALENDAR, now=now)
    else:
        link = bookings.exchange_link(token=token, purpose=CALENDAR, device=device, now=now)
    if link is None:
        return show_dead_link(request, token, CALENDAR)
    return calendar_file(link.booking, now=now, is_feed=True)
