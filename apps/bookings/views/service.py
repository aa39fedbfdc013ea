"""The page of one service: what it is, its forms, with whom; then to the times."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.bookings.forms.picks import Picks, read_picks, zone_or
from apps.bookings.queries.next_times import at_the_soonest_place, find_next_of_staff
from apps.bookings.queries.picker import policy_words
from apps.bookings.queries.service_page import (
    add_on_options,
    place_options,
    quote_of,
    staff_tiles,
    variant_options,
    why_not_words,
)
from apps.bookings.reductions import choice_words
from apps.bookings.structured import service_json_ld
from apps.bookings.views.found import service_page
from apps.bookings.wording import where_words
from apps.businesses.pages import absolute, frame_of
from apps.catalog.models import Service
from apps.catalog.queries import Choice, is_bookable
from apps.web.http import render_page, wants_fragment


@require_safe
@service_page
def service(request: HttpRequest, service: Service) -> HttpResponse:
    """Show the choices and what they cost; htmx asks for the price alone after each change."""
    now = timezone.now()
    picks = read_picks(request.GET, now=now)
    choice = picks.choose(service)
    if picks.location is None:
        choice = at_the_soonest_place(choice=choice, now=now)
    context: dict[str, Any] = {"quote": quote_of(choice), "locale": service.business.locale}
    if not wants_fragment(request):
        context |= _page_context(choice, picks, now=now)
    return render_page(request, "catalog/service.html", "catalog/_quote.html", context)


def _page_context(choice: Choice, picks: Picks, *, now: datetime) -> dict[str, Any]:
    service, business = choice.service, choice.service.business
    frame = frame_of(business=business, place=choice.location)
    slugs = {"business": business.slug, "service": service.slug}
    page = reverse("bookings:service", kwargs=slugs)
    bookable = is_bookable(service=service)
    # The words in the tiles are not swapped when another place is chosen.
    shows_next = bookable and not choice.has_other_places
    next_at = find_next_of_staff(choice=picks_without_staff(choice), now=now) if shows_next else {}
    most = choice.policy.max_participants
    return {
        **frame,
        "now": now,
        "service": _facts(service, bookable=bookable),
        "back_url": frame["links"]["home"],
        "times_url": reverse("bookings:times", kwargs=slugs),
        "service_url": page,
        "variants": variant_options(choice),
        "places": place_options(choice),
        "staff": staff_tiles(choice, next_at),
        "add_ons": add_on_options(choice),
        "people": {"value": choice.party_size, "lowest": 1, "highest": most} if most > 1 else None,
        "policy_words": policy_words(choice),
        "discount_words": choice_words(choice, now=now),
        "canonical_url": absolute(page),
        "json_ld": service_json_ld(service, choice.price, frame["place"]),
        "zone": zone_or(picks.zone, default=business.zone),
        "back_label": _("All services"),
    }


def _facts(service: Service, *, bookable: bool) -> dict[str, Any]:
    return {
        "name": service.name,
        "description": service.description or service.summary,
        "bookable": bookable,
        "why_not": why_not_words(service),
        "where_words": where_words(service),
    }


def picks_without_staff(choice: Choice) -> Choice:
    """The same choice with anybody, to say when each person is next free."""
    return replace(choice, chosen_id=None)
