"""What every page of one service does first: find it, or say kindly that it moved or is gone; and
the page of one service: what it is, its forms, with whom; then to the times."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.bookings.forms.picks import Picks, Unreadable, read_picks, zone_or
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
from apps.bookings.wording import where_words
from apps.businesses.models import Business
from apps.businesses.pages import absolute, frame_of, public_page
from apps.catalog.models import Service
from apps.catalog.queries import (
    Choice,
    ServiceMoved,
    ServiceRetired,
    UnknownChoice,
    address_of,
    get_service,
    get_service_list,
    is_bookable,
)
from apps.web.http import render_page, wants_fragment

SIMILAR = 4

View = Callable[..., HttpResponse]


def service_page(view: View) -> View:
    """Give the view a service booked by appointment in place of two slugs.

    A class and a course have pages of their own, to which their addresses lead. Former addresses
    redirect for ever, retired services answer 410 with others like it, and a choice that the
    service does not offer is 404, as is every address we did not make.
    """
    return _page_of(Service.Kind.APPOINTMENT, view)


def course_page(view: View) -> View:
    """Give the view a course, in the same way."""
    return _page_of(Service.Kind.COURSE, view)


def _page_of(kind: str, view: View) -> View:
    @public_page
    @wraps(view)
    def found(
        request: HttpRequest, business: Business, service: str, **kwargs: Any
    ) -> HttpResponse:
        try:
            asked = get_service(business=business, slug=service)
            if asked.kind != kind:
                return HttpResponseRedirect(address_of(service=asked, has_choices=True))
            return view(request, asked, **kwargs)
        except (Service.DoesNotExist, UnknownChoice, Unreadable) as missing:
            raise Http404 from missing
        except ServiceMoved as moved:
            slugs = {"business": business.slug, "service": moved.slug}
            return HttpResponsePermanentRedirect(reverse("bookings:service", kwargs=slugs))
        except ServiceRetired as retired:
            return _retired(request, retired.service)

    return found


def _retired(request: HttpRequest, service: Service) -> HttpResponse:
    rows = get_service_list(business=service.business).rows
    near = sorted(rows, key=lambda row: row.service.category_id != service.category_id)
    context = {
        **frame_of(business=service.business),
        "title_words": _("This service is no longer offered"),
        "words": service.name,
        "similar": [{"name": row.name, "url": row.url, "words": ""} for row in near[:SIMILAR]],
    }
    return render_page(request, "bookings/retired.html", None, context, status=410)


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
