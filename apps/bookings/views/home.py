"""The home of a business: who it is, what it offers, and the last visit once more."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from apps.availability.queries.timeline import find_opening
from apps.bookings.forms.picks import picks_of, slot_value, times_url
from apps.bookings.models import Booking
from apps.bookings.queries.drafts import find_last
from apps.bookings.queries.next_times import Again, NextTime, find_again, find_next_times
from apps.bookings.queries.offered import policy_of
from apps.bookings.queries.picker import buttons, facts_words
from apps.bookings.remembering import remembered
from apps.bookings.structured import business_json_ld
from apps.bookings.visitors import forget_person
from apps.bookings.wording import beforehand_words
from apps.businesses.models import Business, Location
from apps.businesses.pages import absolute, frame_of, public_page, search_map
from apps.catalog.queries import (
    ServiceList,
    ServiceRow,
    default_policy,
    get_service_list,
    has_plans,
    zone_of,
)
from apps.web.http import go_to, render_page, wants_fragment
from apps.web.text import clean_line

LONGEST_SEARCH = 80
SEARCH_FROM = 13  # services; fewer are seen at once


def again_strip(last: Booking, *, now: datetime) -> dict[str, Any] | None:
    """Word the strip; None when there is nothing to offer. Only a first name is shown."""
    again = find_again(last=last, now=now)
    if again is None:
        return None
    choice, business = again.choice, last.business
    venue = zone_of(service=choice.service, location=choice.location)
    picks = picks_of(choice)
    value = partial(_value, again, venue)
    pairs = [(k, v) for k, v in picks.pairs() if k not in {"staff", "variant"}]
    slug = {"business": business.slug}
    return {
        "name": last.contact_name.partition(" ")[0][:40],
        "brief_words": _brief(again),
        "hold_url": reverse("bookings:hold", kwargs=slug),
        "slots": buttons(again.slots, zone=venue, venue=venue, locale=business.locale, value=value),
        "fields": [("service", choice.service.slug), *pairs],
        "other_url": times_url(choice.service, picks),
        "forget_url": reverse("bookings:forget", kwargs=slug),
    }


def _brief(again: Again) -> str:
    """ "Cut and finish with Ana, 45 min, €48.00"."""
    choice = again.choice
    name = choice.service.name
    if choice.chosen_staff is not None:
        names = {"service": name, "name": choice.chosen_staff.short_name}
        name = _("%(service)s with %(name)s") % names
    return f"{name}, {facts_words(choice)}"


def _value(again: Again, venue: Any, start: int) -> str:
    choice = again.choice
    variant = choice.variant.pk if choice.variant else None
    return slot_value(start=start, zone=venue, staff=choice.primary_id, variant=variant)


@require_safe
@public_page
def home(request: HttpRequest, business: Business) -> HttpResponse:
    """Show the services; the next free times come with the fragment that follows by itself."""
    now = timezone.now()
    search = clean_line(request.GET.get("q", ""), max_length=LONGEST_SEARCH)
    kind = request.GET.get("kind", "")[:LONGEST_SEARCH]
    services = get_service_list(business=business, search=search, category=kind)
    if wants_fragment(request):
        services = _with_next_times(services, business, now=now)
    context = {
        **frame_of(business=business),
        **_list_context(request, services, business, search),
        "now": now,
    }
    if not wants_fragment(request):
        context |= _page_context(request, business, context, services, now=now)
    return render_page(request, "catalog/home.html", "catalog/_services.html", context)


@require_POST
@public_page
def not_me(request: HttpRequest, business: Business) -> HttpResponse:
    """Forget the person this device remembers, at every business, and close what they opened."""
    response = go_to(request, "bookings:home", business=business.slug)
    forget_person(request, response)
    return response


def _list_context(
    request: HttpRequest, services: ServiceList, business: Business, search: str
) -> dict[str, Any]:
    count = len(services.rows)
    is_swap = wants_fragment(request)
    found = ngettext("%d service", "%d services", count) % count
    return {
        "categories": services.chips,
        "groups": services.groups,
        "query": search,
        "reset_url": reverse("bookings:home", kwargs={"business": business.slug}),
        "announce": found if search and is_swap else "",
        "next_url": "" if is_swap or not count else request.get_full_path(),
    }


def _page_context(
    request: HttpRequest,
    business: Business,
    frame: dict[str, Any],
    services: ServiceList,
    *,
    now: datetime,
) -> dict[str, Any]:
    policy = default_policy(business=business)
    place = frame["place"]
    last = find_last(business=business, booking_ids=remembered(request))
    home_path = frame["links"]["home"]
    return {
        "opening": find_opening(business=business, now=now),
        "place": _place(place) if place else None,
        "again": again_strip(last, now=now) if last else None,
        "searching": bool(frame["query"]) or len(services.rows) >= SEARCH_FROM,
        "search_url": home_path,
        "policy_words": beforehand_words(policy_of(policy), kind=""),
        **beforehand(business),
        "canonical_url": absolute(home_path),
        "json_ld": business_json_ld(business, place),
    }


def _place(place: Location) -> dict[str, str]:
    return {"address": place.address, "map_url": search_map(place.address)}


def beforehand(business: Business) -> dict[str, str]:
    """Where one pays beforehand: addresses of plans and gift cards, "" where there are none."""
    slug = {"business": business.slug}
    return {
        "plans_url": reverse("prepaid:plans", kwargs=slug) if has_plans(business=business) else "",
        "gift_url": reverse("prepaid:buy_gift", kwargs=slug) if business.sells_gift_cards else "",
    }


def _with_next_times(services: ServiceList, business: Business, *, now: datetime) -> ServiceList:
    rows = services.rows
    asked = [row.service for row in rows if not row.next_words]
    found = find_next_times(business=business, services=asked, now=now)
    return services.with_rows(_with_next(row, found.get(row.service.pk)) for row in rows)


def _with_next(row: ServiceRow, found: NextTime | None) -> ServiceRow:
    if found is None:
        return row
    return replace(row, next_at=found.starts_at, next_zone=found.zone, next_place=found.place)
