"""Joining the line of a full class or course, without an account."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.availability.models import CourseRun, Session
from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.forms.picks import Picks, Unreadable, party_query
from apps.bookings.models import Booking
from apps.bookings.operations import Visitor
from apps.bookings.queries.joinables import lead_of, line_of
from apps.bookings.views.service import course_page
from apps.bookings.visitors import page_zone, require_room_to_wait, visitor_of
from apps.bookings.wording import length_words
from apps.businesses.models import Business
from apps.businesses.pages import and_reach, frame_of, public_page
from apps.catalog.models import Service, StaffMember
from apps.catalog.queries import Choice, UnknownChoice, get_service_by_id
from apps.classes.forms import choose_party
from apps.classes.queries.course_page import get_open_run
from apps.classes.queries.filters import get_class_session
from apps.waitlists import operations as waitlists
from apps.waitlists.forms import WaitlistForm
from apps.waitlists.operations import WaitingDetails
from apps.waitlists.queries.lines import find_in_line, may_wait_for
from apps.web.http import HttpResponseSeeOther, go_to, render_page
from apps.web.signed import Verdict, judge, new_guard

PURPOSE = "waitlist"
Target = Session | CourseRun


@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def for_class(request: HttpRequest, business: Business, session: int) -> HttpResponse:
    """Join the line of a class."""
    try:
        found = get_class_session(business=business, session_id=session)
        service = get_service_by_id(business=business, service_id=found.service_id or 0)
    except (Session.DoesNotExist, Service.DoesNotExist) as missing:
        raise Http404 from missing
    return _join(request, service, found)


@require_http_methods(["GET", "HEAD", "POST"])
@course_page
def for_course(request: HttpRequest, service: Service, run: int) -> HttpResponse:
    """Join the line of a run of a course."""
    try:
        return _join(request, service, get_open_run(service=service, run_id=run))
    except CourseRun.DoesNotExist as missing:
        raise Http404 from missing


def _join(request: HttpRequest, service: Service, target: Target) -> HttpResponse:
    now = timezone.now()
    fields = request.POST if request.method == "POST" else request.GET
    try:
        choice, notice = choose_party(service=service, fields=fields)
    except (Unreadable, UnknownChoice) as odd:
        raise Http404 from odd
    if request.method != "POST":
        if not may_wait_for(target, choice=choice, now=now):
            return HttpResponseSeeOther(f"{_back(service, target)}{party_query(choice)}")
        return _show(request, choice, target, WaitlistForm(), now=now, notice=notice)
    form = WaitlistForm(request.POST)
    if notice or not form.is_valid() or is_robot(request, now=now):
        words = notice or ("" if form.errors else _("Please press the button again."))
        return _show(request, choice, target, form, now=now, notice=words, status=422)
    require_room_to_wait(request, service.business, form.cleaned_data["email"], now=now)
    visitor = visitor_of(request, zone=_zone(request, service, target))
    booking, words = _attempt(choice, target, form.details(), visitor, now=now)
    if booking is None:
        return _show(request, choice, target, form, now=now, notice=words, status=409)
    return go_to(request, "self_service:booking", reference=booking.reference)


def _attempt(
    choice: Choice, target: Target, details: WaitingDetails, visitor: Visitor, *, now: datetime
) -> tuple[Booking | None, str]:
    """The booking in line, or why there is none."""
    try:
        entry = waitlists.join_waitlist(
            choice=choice, target=target, details=details, visitor=visitor, now=now
        )
    except waitlists.NotFull:
        return None, _("A place has just opened up: you can book it now.")
    except waitlists.AlreadyInLine as known:
        mine = find_in_line(
            known.reference,
            visitor_hash=visitor.visitor_hash,
            choice=choice,
            notice_minutes=details.notice_minutes,
        )
        words = _("This address is already on the waitlist. Our e-mail leads to your place.")
        return mine, "" if mine else words
    except waitlists.LineIsFull:
        return None, _("The waitlist is full too.")
    except (waitlists.CannotWait, bookings.NotBookable, bookings.CustomerBlocked):
        words = _("This can no longer be booked online.")
        return None, and_reach(words, choice.service.business)
    except BusyTryAgain:
        return None, _("Lots of people are booking right now. Please press the button again.")
    return entry.booking, ""


def is_robot(request: HttpRequest, *, now: datetime) -> bool:
    """Whether the form of a waitlist was not filled in by a person."""
    return judge(post=request.POST, purpose=PURPOSE, now=now) is not Verdict.PERSON


def _show(
    request: HttpRequest,
    choice: Choice,
    target: Target,
    form: WaitlistForm,
    *,
    now: datetime,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    teacher = StaffMember.objects.filter(resource_id=lead_of(target) or 0).first()
    context: dict[str, Any] = {
        **frame_of(business=choice.service.business, place=target.location),
        "zone": _zone(request, choice.service, target),
        "now": now,
        "service": choice.service,
        "target": target,
        "teacher": teacher.short_name if teacher else "",
        "people": choice.party_size,
        "kept": _kept(choice),
        "waiting": line_of(target).count(),
        "offer_words": length_words(choice.policy.waitlist_minutes),
        "form": form,
        "notice": notice,
        "guard": new_guard(purpose=PURPOSE, now=now),
        "back_url": f"{_back(choice.service, target)}{party_query(choice)}",
    }
    return render_page(request, "waitlists/join.html", None, context, status=status)


def _zone(request: HttpRequest, service: Service, target: Target) -> ZoneInfo:
    """The clock of the page that led here: of the place, or the customer's for a course online."""
    if isinstance(target, Session):
        return target.zone
    return page_zone(request, service, Picks(), venue=target.zone)


def _kept(choice: Choice) -> list[tuple[str, int]]:
    if choice.mix:
        return [(f"people_{variant.pk}", people) for variant, people in choice.mix]
    return [("people", choice.party_size)]


def _back(service: Service, target: Target) -> str:
    slugs = {"business": service.business.slug}
    if isinstance(target, Session):
        return reverse("classes:session", kwargs={**slugs, "session": target.pk})
    return reverse("classes:course", kwargs={**slugs, "service": service.slug})
