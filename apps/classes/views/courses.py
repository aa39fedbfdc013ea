"""A course with its runs, and the tap that holds places in one of them."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from apps.availability.models import CourseRun
from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.forms.picks import Picks, read_number
from apps.bookings.models import Booking
from apps.bookings.queries.offered import choice_of
from apps.bookings.structured import service_json_ld
from apps.bookings.views.drafts import no_longer_bookable, try_again
from apps.bookings.views.hold import asking_first, replaced_draft
from apps.bookings.views.service import course_page
from apps.bookings.visitors import browser_of, page_zone, require_room_to_hold, visitor_of
from apps.bookings.wording import cancel_by_words
from apps.businesses.pages import absolute, frame_of
from apps.catalog.models import Service
from apps.catalog.queries import Choice
from apps.classes import operations as classes
from apps.classes.forms import choose_party
from apps.classes.queries.course_page import (
    CoursePage,
    RunRow,
    get_course_page,
    get_open_run,
    shift_of,
)
from apps.web.http import go_to, render_page, wants_fragment

CONFLICT, UNPROCESSABLE = 409, 422


@require_safe
@course_page
def course(request: HttpRequest, service: Service) -> HttpResponse:
    """Show the runs with their dates; htmx asks for the price of one of them alone."""
    choice, notice = choose_party(service=service, fields=request.GET)
    run_id = read_number(request.GET.get("run", ""))
    return _show(request, choice, now=timezone.now(), run_id=run_id, notice=notice)


@require_POST
@course_page
@asking_first
def enrol(request: HttpRequest, service: Service, run: int) -> HttpResponse:
    """Hold the places asked for in a run and go on to the details; a full run says so (409)."""
    now = timezone.now()
    found = _run(service, run)
    choice, notice = choose_party(service=service, fields=request.POST)
    if notice:
        return _show(request, choice, now=now, run_id=run, notice=notice, status=UNPROCESSABLE)
    require_room_to_hold(request, service.business, now=now)
    visitor = visitor_of(request, zone=_zone(request, service, found.zone))
    try:
        draft = classes.hold_seats(
            choice=choice,
            target=found,
            visitor=visitor,
            replaces=replaced_draft(request),
            now=now,
        )
    except bookings.CannotJoin:
        return _show(request, choice, now=now, run_id=run, status=CONFLICT)
    except bookings.NotBookable:
        return no_longer_bookable(request, service)
    except BusyTryAgain:
        return try_again(request, service)
    return go_to(request, "bookings:details", draft=draft.draft_id)


def show_enrolment_lost(request: HttpRequest, draft: Booking, *, now: datetime) -> HttpResponse:
    """Show the course of a draft as it is now: its hold ran out and the places went (409)."""
    choice = choice_of(booking=draft)
    return _show(request, choice, now=now, run_id=draft.course_run_id, status=CONFLICT)


def _run(service: Service, run_id: int) -> CourseRun:
    try:
        return get_open_run(service=service, run_id=run_id)
    except CourseRun.DoesNotExist as missing:
        raise Http404 from missing


def _show(
    request: HttpRequest,
    choice: Choice,
    *,
    now: datetime,
    run_id: int | None = None,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    page = get_course_page(choice=choice, browser=browser_of(request), now=now)
    chosen = next((run for run in page.runs if run.pk == run_id), None)
    if wants_fragment(request) and chosen is None:
        raise Http404
    zones = {run.pk: _zone(request, choice.service, run.zone) for run in page.runs}
    context = {
        **_frame(choice),
        "page": page,
        "zone": _zone(request, choice.service, choice.service.business.zone),
        "runs": [_told(page, run, zones[run.pk], now=now) for run in page.runs],
        "now": now,
        "chosen": chosen,
        "chosen_zone": zones[chosen.pk] if chosen else None,
        "lost": status == CONFLICT,
        "notice": notice,
        "quote": chosen.quote if chosen else None,
        "quote_id": chosen.quote_id if chosen else "",
    }
    return render_page(
        request, "classes/course.html", "catalog/_quote.html", context, status=status
    )


def _told(
    page: CoursePage, run: RunRow, zone: ZoneInfo, *, now: datetime
) -> tuple[RunRow, ZoneInfo, datetime | None, str]:
    """A run with its clock, the date from which it begins at another hour, and until when it may be
    cancelled, as the page of the details says it."""
    business = page.service.business
    words = cancel_by_words(
        page.policy,
        starts_at=run.starts_at,
        now=now,
        zone=zone,
        business=business,
        kind=page.service.kind,
    )
    return run, zone, shift_of(run, zone=zone), words


def _zone(request: HttpRequest, service: Service, venue: ZoneInfo) -> ZoneInfo:
    """The clock something is told by: the customer's for what happens online, else the place's."""
    return page_zone(request, service, Picks(), venue=venue)


def _frame(choice: Choice) -> dict[str, Any]:
    service, business = choice.service, choice.service.business
    slugs = {"business": business.slug, "service": service.slug}
    path = reverse("classes:course", kwargs=slugs)
    frame = frame_of(business=business)
    return {
        **frame,
        "back_url": frame["links"]["home"],
        "course_url": path,
        "canonical_url": absolute(path),
        "json_ld": service_json_ld(service, choice.price, frame["place"]),
    }
