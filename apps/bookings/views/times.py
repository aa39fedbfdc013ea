"""The slot picker: days and times of one choice, the zone they are shown in, and the page on
which a customer of an online service chooses the clock (no script needed)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.availability.engine.reasons import ReasonCode
from apps.bookings.forms.picks import (
    Picks,
    known_zones,
    read_picks,
    service_url,
    slot_value,
    times_address,
    times_url,
)
from apps.bookings.queries.days import Days, find_days
from apps.bookings.queries.drafts import own_hold, steps_of
from apps.bookings.queries.joinables import line_for
from apps.bookings.queries.minimum import Progress, group_of_day, progress_of
from apps.bookings.queries.next_times import at_the_soonest_place
from apps.bookings.queries.offered import slot_query
from apps.bookings.queries.picker import (
    facts_words,
    laid_out,
    policy_words_of_day,
    staff_options,
    visitor_note,
)
from apps.bookings.views.service import service_page
from apps.bookings.visitors import ZONE_COOKIE, browser_of, page_zone, plans_of
from apps.bookings.wishes import Wish
from apps.bookings.wording import where_words
from apps.businesses.pages import frame_of
from apps.catalog.models import Service
from apps.catalog.queries import Choice, is_bookable, zone_of
from apps.web import formatting
from apps.web import limit_rules as rules
from apps.web.formatting import week_starts_of
from apps.web.http import HttpResponseSeeOther, client_network, render_page
from apps.web.limits import Hit, require_room_to_read
from apps.web.text import clean_line

COMMON = (
    *("Europe/London", "Europe/Lisbon", "Europe/Berlin", "Europe/Paris", "Europe/Athens"),
    *("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
    *("America/Sao_Paulo", "Africa/Johannesburg", "Asia/Dubai", "Asia/Kolkata"),
    *("Asia/Singapore", "Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland"),
)
MAX_FOUND = 40
LONGEST = 40


@require_safe
@service_page
def times(request: HttpRequest, service: Service) -> HttpResponse:
    """Show the first bookable day and its times, or the day, week or month that was asked for."""
    now = timezone.now()
    hit = Hit(rules.SLOT_PAGES_PER_NETWORK, client_network(request))
    require_room_to_read(hits=[hit], now=now)
    picks = read_picks(request.GET, now=now)
    if not is_bookable(service=service):
        return HttpResponseSeeOther(service_url(service, picks))
    if picks.location is None and len(service.all_locations) > 1:
        picks = replace(picks, location=_soonest(picks.choose(service), now=now))
    return show_times(request, service, picks, now=now)


def _soonest(choice: Choice, *, now: datetime) -> int | None:
    """The place to open on where there are several and none was chosen."""
    place = at_the_soonest_place(choice=choice, now=now).location
    return place.pk if place and choice.has_other_places else None


def show_times(
    request: HttpRequest, service: Service, picks: Picks, *, now: datetime, status: int = 200
) -> HttpResponse:
    """Render the picker for these picks; 409 when it is the answer to a time that was lost. What
    this browser holds is free to it: a tap on another time lets it go."""
    choice = picks.choose(service)
    held = own_hold(browser=browser_of(request), business_id=service.business_id, now=now)
    own_time = held.session_id if held is not None and held.seating_id is None else None
    query = slot_query(choice=choice, own_session_id=own_time)
    venue = zone_of(service=service, location=query.location)
    zone = page_zone(request, service, picks, venue=venue)
    starts = week_starts_of(service.business.locale)
    days = find_days(query=query, ask=picks.ask, zone=zone, week_starts=starts, now=now)
    context = {
        **frame_of(business=service.business, place=query.location),
        **_head(choice, picks),
        **_picker(choice, picks, days, venue),
        "progress": _progress(choice, days, now=now),
        "places": _places(choice, picks, on=days.chosen),
        "policy_words": _policy(choice, days, now=now),
        "now": now,
        "steps": partial(_steps, request, choice, now=now),  # not asked for a part of the page
        "zone": zone,
        "visitor_note": visitor_note(
            service=service, theirs=request.COOKIES.get(ZONE_COOKIE, ""), venue=venue, at=now
        ),
    }
    return render_page(request, "bookings/times.html", "bookings/_picker.html", context, status)


def _policy(choice: Choice, days: Days, *, now: datetime) -> str:
    starts = [datetime.fromtimestamp(slot.start, UTC) for slot in days.slots]
    return policy_words_of_day(choice, starts, now=now, zone=days.zone)


def _steps(request: HttpRequest, choice: Choice, *, now: datetime) -> int:
    has_plan = bool(plans_of(request, business_id=choice.service.business_id))
    return steps_of(choice, has_plan=has_plan, now=now)


def _head(choice: Choice, picks: Picks) -> dict[str, Any]:
    service, business = choice.service, choice.service.business
    slugs = {"business": business.slug, "service": service.slug}
    page = service_url(service, picks)
    most = choice.policy.max_participants
    return {
        "service": service,
        "facts_words": facts_words(choice, says_where=False),
        "change_url": page,
        "back_url": page,
        "back_label": service.name,
        "online": service.online,
        "where_words": where_words(service),
        "zone_url": f"{reverse('bookings:zone', kwargs=slugs)}?{picks.query()}",
        "times_url": reverse("bookings:times", kwargs=slugs),
        "kept": [(k, v) for k, v in picks.pairs() if k not in {"staff", "people"}],
        "staff": staff_options(choice),
        "people": {"value": choice.party_size, "numbers": range(1, most + 1)} if most > 1 else None,
    }


def _picker(choice: Choice, picks: Picks, days: Any, venue: ZoneInfo) -> dict[str, Any]:
    service, locale = choice.service, choice.service.business.locale
    address = times_address(service, picks)
    value = partial(_value, choice, venue)
    return {
        **laid_out(
            days,
            venue=venue,
            locale=locale,
            value=value,
            address=address,
            gone=picks.ask.gone,
            whole_month=picks.whole_month,
        ),
        "hold_url": reverse("bookings:hold", kwargs={"business": service.business.slug}),
        "hold_fields": hold_fields(service, picks),
        **_waitlist(choice, picks, days.waits),
    }


def _places(choice: Choice, picks: Picks, *, on: date | None) -> list[dict[str, Any]]:
    """The places of a service, each with its times around the shown day; nothing when there is no
    other."""
    if not choice.has_other_places:
        return []
    near = {"near": on.isoformat()} if on else {}
    return [
        {
            "label": it.name,
            "url": times_url(choice.service, replace(picks, location=it.pk), **near),
            "chosen": it == choice.location,
        }
        for it in choice.service.all_locations
    ]


def _progress(choice: Choice, days: Days, *, now: datetime) -> Progress | None:
    """How the chosen day stands; nothing of one that is called off, which its reason says."""
    if days.chosen is None or not choice.service.min_participants:
        return None
    if any(it.code == ReasonCode.TOO_FEW_PEOPLE for it in days.reasons):
        return None
    return progress_of(group_of_day(choice.service, days.chosen, choice.location), now=now)


def _waitlist(choice: Choice, picks: Picks, wish: Wish | None) -> dict[str, Any]:
    """Where to wait for a time, from the shown day on, and whether nobody can because too many wait
    already: the page behind the address asks the same."""
    if wish is None:
        return {"waitlist_url": "", "waitlist_is_full": False}
    line = line_for(choice, wish)
    service = choice.service
    slugs = {"business": service.business.slug, "service": service.slug}
    query = picks.query({"date": wish.first_on.isoformat()})
    url = f"{reverse('waitlists:for_time', kwargs=slugs)}?{query}"
    return {
        "waitlist_url": url if line.has_room else "",
        "waitlist_is_full": line.waiting > 0 and not line.has_room,
    }


def hold_fields(service: Service, picks: Picks) -> list[tuple[str, str]]:
    """What a slot form carries besides the slot; staff and variant stand in its value."""
    pairs = [(k, v) for k, v in picks.pairs() if k not in {"staff", "variant"}]
    return [("service", service.slug), *pairs]


def _value(choice: Choice, venue: ZoneInfo, start: int) -> str:
    variant = choice.variant.pk if choice.variant else None
    return slot_value(start=start, zone=venue, staff=choice.primary_id, variant=variant)


@require_safe
@service_page
def zone(request: HttpRequest, service: Service) -> HttpResponse:
    """List the common zones, or those whose name has the searched words in it."""
    now = timezone.now()
    picks = read_picks(request.GET, now=now)
    search = clean_line(request.GET.get("q", ""), max_length=LONGEST)
    context = {
        **frame_of(business=service.business),
        "service": service,
        "query": search,
        "kept": picks.pairs(),
        "back_url": times_url(service, picks),
        "back_label": service.name,
        "zones": [
            {
                "url": times_url(service, picks.with_zone(name)),
                "city": name.rpartition("/")[2].replace("_", " "),
                "region": name.rpartition("/")[0].replace("_", " ").replace("/", ", "),
                "time": _time_in(name, service, now=now),
                "chosen": name == picks.zone,
            }
            for name in _names(search)
        ],
    }
    return render_page(request, "bookings/zone.html", None, context)


def _names(search: str) -> list[str]:
    if not search:
        return list(COMMON)
    words = search.casefold().replace(" ", "_")
    found = [it for it in known_zones() if words in it.casefold() and "/" in it]
    return sorted(found, key=lambda it: (not _city(it).startswith(words), it))[:MAX_FOUND]


def _city(name: str) -> str:
    return name.rpartition("/")[2].casefold()


def _time_in(name: str, service: Service, *, now: datetime) -> str:
    return formatting.format_weekday_time(now, zone=ZoneInfo(name), locale=service.business.locale)
