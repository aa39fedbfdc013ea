"""The timetable of a week, one session of a class, and the tap that holds places."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from apps.availability.models import Session
from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.forms.picks import Unreadable, party_query
from apps.bookings.joining import Obstacle
from apps.bookings.models import Booking
from apps.bookings.queries.joinables import has_line, line_of
from apps.bookings.queries.offered import choice_of
from apps.bookings.structured import event_json_ld
from apps.bookings.views.drafts import no_longer_bookable, try_again
from apps.bookings.views.hold import asking_first, replaced_draft
from apps.bookings.views.home import beforehand
from apps.bookings.visitors import browser_of, plans_of, require_room_to_hold, visitor_of
from apps.businesses.models import Business
from apps.businesses.pages import absolute, frame_of, public_page
from apps.catalog.models import Service
from apps.catalog.queries import Choice, UnknownChoice, default_policy, get_service_by_id
from apps.classes import operations as classes
from apps.classes.forms import choose_party, read_filters, read_week
from apps.classes.queries.filters import (
    Filters,
    Part,
    find_opening_week,
    get_class_session,
    last_class_on,
)
from apps.classes.queries.session_page import get_session_page
from apps.classes.queries.timetable import WEEK, Timetable, get_timetable
from apps.kernel.spans import week_name, week_start
from apps.web import limit_rules as rules
from apps.web.formatting import week_starts_of
from apps.web.http import client_network, go_to, render_page
from apps.web.limits import Hit, require_room_to_read

MAX_NUMBERS = 10
CONFLICT, UNPROCESSABLE = 409, 422
IN_THE_WAY = {Obstacle.FULL, Obstacle.TOO_MANY}


def week_context(
    business: Business, week: Timetable, filters: Filters, *, today: date, now: datetime
) -> dict[str, Any]:
    """Everything of classes/_week.html; every address keeps the other filters."""
    last = last_class_on(business=business, now=now) or today
    here = _pairs(business, week.first, filters)
    most = min(default_policy(business=business).max_participants, MAX_NUMBERS)
    found = ngettext("%d class", "%d classes", week.count) % week.count
    page = _page(business)
    return {
        "week": week,
        "week_url": _address(business, here),
        "earlier_url": _turned(business, here, week.first - WEEK) if week.first > today else None,
        "later_url": _turned(business, here, week.first + WEEK) if week.last < last else None,
        "next_url": _turned(business, here, week.coming.on) if week.coming else None,
        "chips": list(_chips(business, week, filters, here)),
        "people": filters.people,
        "people_numbers": range(1, most + 1) if most > 1 else (),
        "people_url": page,
        "kept": [(name, value) for name, value in here.items() if name != "people" and value],
        "announce": found,
        "canonical_url": absolute(page),
    }


def _chips(
    business: Business, week: Timetable, filters: Filters, here: dict[str, str]
) -> Iterator[tuple[str, str, bool]]:
    """A chosen chip leads back to the week without it."""
    nothing = {**here, "class": "", "with": "", "part": "", "people": ""}
    yield _("All classes"), _address(business, nothing), filters == Filters()
    if len(week.classes) < 2 and len(week.teachers) < 2:  # noqa: PLR2004 - one is no choice
        return
    options = [("class", slug, name) for slug, name in week.classes]
    words = {
        Part.MORNING: _("Mornings"),
        Part.AFTERNOON: _("Afternoons"),
        Part.EVENING: _("Evenings"),
    }
    options += [("part", part.value, words[part]) for part in Part]
    options += [("with", str(pk), name) for pk, name in week.teachers]
    for field, value, label in options:
        chosen = here[field] == value
        yield label, _address(business, {**here, field: "" if chosen else value}), chosen


def _pairs(business: Business, first: date, filters: Filters) -> dict[str, str]:
    return {
        "week": _week_name(business, first),
        "class": filters.service,
        "with": str(filters.teacher or ""),
        "part": filters.part.value if filters.part else "",
        "people": str(filters.people) if filters.people > 1 else "",
    }


def _turned(business: Business, here: dict[str, str], on: date) -> str:
    return _address(business, {**here, "week": _week_name(business, on)})


def _week_name(business: Business, on: date) -> str:
    return week_name(on, week_starts=week_starts_of(business.locale))


def _address(business: Business, query: dict[str, str]) -> str:
    kept = {name: value for name, value in query.items() if value}
    return reverse("classes:timetable", kwargs={"business": business.slug}, query=kept)


def _page(business: Business) -> str:
    return reverse("classes:timetable", kwargs={"business": business.slug})


@require_safe
@public_page
def timetable(request: HttpRequest, business: Business) -> HttpResponse:
    """Show the classes of a week, filtered by the chips."""
    now = timezone.now()
    hit = Hit(rules.SLOT_PAGES_PER_NETWORK, client_network(request))
    require_room_to_read(hits=[hit], now=now)
    today = now.astimezone(business.zone).date()
    try:
        starts = week_starts_of(business.locale)
        asked = read_week(request.GET.get("week", ""), today=today, week_starts=starts)
        filters = read_filters(request.GET)
    except Unreadable as odd:
        raise Http404 from odd
    week = _week(request, business, asked, filters, now=now)
    context = {
        **frame_of(business=business),
        **week_context(business, week, filters, today=today, now=now),
        **beforehand(business),
        "now": now,
    }
    return render_page(request, "classes/timetable.html", "classes/_week.html", context)


def _week(
    request: HttpRequest, business: Business, asked: date | None, filters: Filters, *, now: datetime
) -> Timetable:
    """The week that was asked for. Without a wish it is this one, until its last class has begun;
    then it is that of the next class."""
    today = now.astimezone(business.zone).date()
    read = partial(
        get_timetable, business=business, filters=filters, browser=browser_of(request), now=now
    )
    week = read(first=asked or week_start(today, week_starts=week_starts_of(business.locale)))
    if asked or week.has_more:
        return week
    opening = find_opening_week(business=business, filters=filters, now=now)
    return week if opening is None else read(first=opening)


@require_safe
@public_page
def session(request: HttpRequest, business: Business, session: int) -> HttpResponse:
    """Show one session: facts, places, people and price; htmx asks for the price alone."""
    found = session_or_404(business, session)
    choice, notice = choice_of_party(found, request.GET)
    return show_session(request, found, choice, now=timezone.now(), notice=notice)


@require_POST
@public_page
@asking_first
def hold(request: HttpRequest, business: Business, session: int) -> HttpResponse:
    """Hold the places asked for and go on to the details; a full class says so (409)."""
    now = timezone.now()
    found = session_or_404(business, session)
    choice, notice = choice_of_party(found, request.POST)
    if notice:
        return show_session(request, found, choice, now=now, notice=notice, status=UNPROCESSABLE)
    require_room_to_hold(request, business, now=now)
    try:
        draft = classes.hold_seats(
            choice=choice,
            target=found,
            visitor=visitor_of(request, zone=found.zone),
            replaces=replaced_draft(request),
            now=now,
        )
    except bookings.CannotJoin:
        found.refresh_from_db()
        return show_session(request, found, choice, now=now, status=CONFLICT)
    except bookings.NotBookable:
        return no_longer_bookable(request, choice.service)
    except BusyTryAgain:
        return try_again(request, choice.service)
    return go_to(request, "bookings:details", draft=draft.draft_id)


def show_places_lost(request: HttpRequest, draft: Booking, *, now: datetime) -> HttpResponse:
    """Show the session of a draft as it is now: its hold ran out and the places went (409)."""
    found = session_or_404(draft.business, draft.session_id or 0)
    return show_session(request, found, choice_of(booking=draft), now=now, status=CONFLICT)


def session_or_404(business: Business, pk: int) -> Session:
    try:
        return get_class_session(business=business, session_id=pk)
    except Session.DoesNotExist as missing:
        raise Http404 from missing


def choice_of_party(found: Session, fields: QueryDict) -> tuple[Choice, str]:
    """The choice, and what is wrong with the number of people in words, or ""."""
    try:
        service = get_service_by_id(business=found.business, service_id=found.service_id or 0)
        return choose_party(service=service, fields=fields)
    except (Service.DoesNotExist, Unreadable, UnknownChoice) as odd:
        raise Http404 from odd


def show_session(
    request: HttpRequest,
    found: Session,
    choice: Choice,
    *,
    now: datetime,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show a session as it is now; notice says why the last tap did nothing."""
    business = found.business
    page = get_session_page(session=found, choice=choice, browser=browser_of(request), now=now)
    path = reverse("classes:session", kwargs={"business": business.slug, "session": found.pk})
    context = {
        **frame_of(business=business, place=found.location),
        "page": page,
        "zone": found.zone,
        "now": now,
        "lost": status == CONFLICT and not notice,
        "notice": notice,
        "back_url": _week_of(found),
        "session_url": path,
        **_actions(found, choice, path=path, in_the_way=page.joining.obstacle in IN_THE_WAY),
        "plan_url": _plan_url(request, business, choice, path=path),
        "canonical_url": absolute(path),
        "json_ld": event_json_ld(found, choice, seats_left=page.seats_left),
        "quote": page.quote,
    }
    return render_page(
        request, "classes/session.html", "catalog/_quote.html", context, status=status
    )


def _week_of(found: Session) -> str:
    on = found.starts_at.astimezone(found.zone).date()
    week = week_name(on, week_starts=week_starts_of(found.business.locale))
    slug = {"business": found.business.slug}
    return reverse("classes:timetable", kwargs=slug, query={"week": week})


def _plan_url(request: HttpRequest, business: Business, choice: Choice, *, path: str) -> str:
    """Where one books with a plan; "" for a browser that has none, and where there is no price."""
    has_plan = bool(choice.price.total) and plans_of(request, business_id=business.pk)
    return f"{path}plan" if has_plan else ""


def _actions(found: Session, choice: Choice, *, path: str, in_the_way: bool) -> dict[str, Any]:
    """Where the buttons lead, and how many wait where it is full; no line that is full as well."""
    waits = in_the_way and has_line(choice.service)
    waiting = line_of(found).count() if waits else 0
    has_room = has_line(choice.service) and waiting < choice.policy.waitlist_capacity
    return {
        "hold_url": f"{path}hold",
        "waitlist_url": f"{path}wait{party_query(choice)}" if has_room else "",
        "waiting": waiting,
    }
