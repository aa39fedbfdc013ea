"""C5 and C6: the timetable of a week, one session of a class, and the tap that holds places."""

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from apps.availability.models import Session
from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.forms.classes import read_filters, read_party, read_week, week_name
from apps.bookings.forms.picks import Unreadable
from apps.bookings.queries.calendar import week_starts_of
from apps.bookings.queries.session_page import get_session_page
from apps.bookings.queries.timetable import (
    WEEK,
    Filters,
    Part,
    Timetable,
    get_class_session,
    get_timetable,
    last_class_on,
)
from apps.bookings.views.limits import require_room_to_hold
from apps.bookings.views.lost import no_longer_bookable, try_again
from apps.bookings.visitors import granted, remembered, visitor_of
from apps.businesses.models import Business
from apps.businesses.pages import absolute, frame_of, public_page
from apps.catalog.models import Service
from apps.catalog.queries import Choice, UnknownChoice, choose, get_service_by_id
from apps.web.addresses import client_network
from apps.web.http import go_to, render_page
from apps.web.limits import Hit, require_room, rules

CONFLICT, TOO_MUCH = 409, 422


@require_safe
@public_page
def timetable(request: HttpRequest, business: Business) -> HttpResponse:
    """Show the classes of a week, filtered by the chips."""
    now = timezone.now()
    hit = Hit(rules.SLOT_PAGES_PER_NETWORK, client_network(request))
    require_room(hits=[hit], now=now)
    today = now.astimezone(business.zone).date()
    try:
        starts = week_starts_of(business.locale)
        first = read_week(request.GET.get("week", ""), today=today, week_starts=starts)
        filters = read_filters(request.GET)
    except Unreadable as odd:
        raise Http404 from odd
    week = get_timetable(
        business=business,
        first=first,
        filters=filters,
        own_booking_ids=[*granted(request), *remembered(request)],
        now=now,
    )
    context = {
        **frame_of(business=business),
        **_week_context(business, week, filters, today=today, now=now),
        "now": now,
    }
    return render_page(request, "bookings/classes.html", "bookings/_week.html", context)


@require_safe
@public_page
def session(request: HttpRequest, business: Business, session: int) -> HttpResponse:
    """Show one session: facts, places, people and price; htmx asks for the price alone."""
    found = _session(business, session)
    return _show(request, business, found, _choice(business, found, request), now=timezone.now())


@require_POST
@public_page
def hold(request: HttpRequest, business: Business, session: int) -> HttpResponse:
    """Hold the places asked for and go on to the details; a full class says so (409)."""
    now = timezone.now()
    found = _session(business, session)
    choice = _choice(business, found, request)
    require_room_to_hold(request, business, now=now)
    try:
        draft = bookings.hold_seats(
            choice=choice, target=found, visitor=visitor_of(request, zone=business.zone), now=now
        )
    except bookings.CannotJoin:
        found.refresh_from_db()
        return _show(request, business, found, choice, now=now, status=CONFLICT)
    except bookings.NotBookable:
        return no_longer_bookable(request, choice.service)
    except BusyTryAgain:
        return try_again(request, choice.service)
    return go_to(request, "bookings:details", draft=draft.draft_id)


def _session(business: Business, pk: int) -> Session:
    try:
        return get_class_session(business=business, session_id=pk)
    except Session.DoesNotExist as missing:
        raise Http404 from missing


def _choice(business: Business, found: Session, request: HttpRequest) -> Choice:
    fields = request.POST if request.method == "POST" else request.GET
    try:
        service = get_service_by_id(business=business, service_id=found.service_id or 0)
        people, mix = read_party(fields)
        return choose(service=service, party_size=people, mix=mix)
    except (Service.DoesNotExist, Unreadable, UnknownChoice) as odd:
        raise Http404 from odd


def _show(
    request: HttpRequest,
    business: Business,
    found: Session,
    choice: Choice,
    *,
    now: datetime,
    status: int = 200,
) -> HttpResponse:
    own = [*granted(request), *remembered(request)]
    page = get_session_page(session=found, choice=choice, own_booking_ids=own, now=now)
    path = reverse("bookings:session", kwargs={"business": business.slug, "session": found.pk})
    context = {
        **frame_of(business=business, place=found.location),
        "page": page,
        "now": now,
        "lost": status == CONFLICT,
        "back_url": reverse("bookings:classes", kwargs={"business": business.slug}),
        "session_url": path,
        "canonical_url": absolute(path),
        "quote": page.quote,
    }
    return render_page(
        request, "bookings/session.html", "catalog/_quote.html", context, status=status
    )


def _week_context(
    business: Business, week: Timetable, filters: Filters, *, today: date, now: datetime
) -> dict[str, Any]:
    last = last_class_on(business=business, now=now) or today

    def address(*, first: date = week.first, **changes: str) -> str:
        query = {
            "week": week_name(first),
            "class": filters.service,
            "part": filters.part or "",
            "people": str(filters.people) if filters.people > 1 else "",
            **changes,
        }
        kept = {name: value for name, value in query.items() if value}
        return reverse("bookings:classes", kwargs={"business": business.slug}, query=kept)

    return {
        "week": week,
        "week_url": address(),
        "earlier_url": address(first=week.first - WEEK) if week.first > today else None,
        "later_url": address(first=week.first + WEEK) if week.last < last else None,
        "next_url": _week_of(week.next_at, business, address),
        "all_url": address(**{"class": "", "part": "", "people": ""}),
        "is_all": filters == Filters(),
        "classes": [
            (name, address(**{"class": slug}), slug == filters.service)
            for slug, name in week.classes
        ],
        "parts": [(part.value, address(part=part.value), part == filters.part) for part in Part],
        "people": filters.people,
    }


def _week_of(at: datetime | None, business: Business, address: Any) -> str | None:
    if at is None:
        return None
    on = at.astimezone(business.zone).date()
    return str(address(first=on))
