"""Joining a line without an account: of a full class or course, or for a time of an appointment."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.availability.models import CourseRun, Session
from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.forms.picks import Picks, Unreadable, party_query, read_picks, times_url
from apps.bookings.models import Booking
from apps.bookings.operations import Visitor
from apps.bookings.queries.joinables import lead_of, line_of
from apps.bookings.queries.picker import facts_words
from apps.bookings.views.service import course_page, service_page
from apps.bookings.visitors import page_zone, require_room_to_wait, visitor_of
from apps.bookings.wishes import Key, wishes_from
from apps.bookings.wording import length_words
from apps.businesses.models import Business
from apps.businesses.pages import and_reach, frame_of, public_page
from apps.catalog.models import Service, StaffMember
from apps.catalog.queries import (
    Choice,
    UnknownChoice,
    get_service_by_id,
    is_bookable,
    may_wait_for_a_time,
    zone_of,
)
from apps.classes.forms import choose_party
from apps.classes.queries.course_page import get_open_run
from apps.classes.queries.filters import get_class_session
from apps.waitlists import operations as waitlists
from apps.waitlists.forms import WaitlistForm, WishForm
from apps.waitlists.operations import WaitingDetails
from apps.waitlists.queries import find_in_line, find_worth_waiting, may_wait_for
from apps.web.http import HttpResponseSeeOther, go_to, render_page
from apps.web.signed import Verdict, judge, new_guard

PURPOSE = "waitlist"
Target = Session | CourseRun
MAX_SHOWN = 3


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
            return HttpResponseSeeOther(f"{_back_url(service, target)}{party_query(choice)}")
        return _show_join(request, choice, target, WaitlistForm(), now=now, notice=notice)
    form = WaitlistForm(request.POST)
    if notice or not form.is_valid() or _is_robot(request, now=now):
        words = notice or ("" if form.errors else _("Please press the button again."))
        return _show_join(request, choice, target, form, now=now, notice=words, status=422)
    require_room_to_wait(request, service.business, form.cleaned_data["email"], now=now)
    visitor = visitor_of(request, zone=_zone(request, service, target))
    booking, words = _join_line(choice, target, form.details(), visitor, now=now)
    if booking is None:
        return _show_join(request, choice, target, form, now=now, notice=words, status=409)
    return go_to(request, "self_service:booking", reference=booking.reference)


def _join_line(
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
    except (waitlists.CannotWait, bookings.NotBookable, bookings.TurnedAway):
        words = _("This can no longer be booked online.")
        return None, and_reach(words, choice.service.business)
    except BusyTryAgain:
        return None, _("Lots of people are booking right now. Please press the button again.")
    return entry.booking, ""


def _is_robot(request: HttpRequest, *, now: datetime) -> bool:
    """Whether the form of a waitlist was not filled in by a person."""
    return judge(post=request.POST, purpose=PURPOSE, now=now) is not Verdict.PERSON


def _show_join(
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
        "back_url": f"{_back_url(choice.service, target)}{party_query(choice)}",
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


def _back_url(service: Service, target: Target) -> str:
    slugs = {"business": service.business.slug}
    if isinstance(target, Session):
        return reverse("classes:session", kwargs={**slugs, "session": target.pk})
    return reverse("classes:course", kwargs={**slugs, "service": service.slug})


@require_http_methods(["GET", "HEAD", "POST"])
@service_page
def for_time(request: HttpRequest, service: Service) -> HttpResponse:
    """Join the line for a time on the shown day or the days after it."""
    if not may_wait_for_a_time(service):
        raise Http404
    now = timezone.now()
    picks = read_picks(request.POST if request.method == "POST" else request.GET, now=now)
    choice = picks.choose(service)
    if request.method != "POST":
        return _invite(request, choice, picks, now=now)
    form = _wish_form(choice, request.POST, on=_day(choice, picks, now=now))
    if not form.is_valid() or _is_robot(request, now=now):
        words = "" if form.errors else _("Please press the button again.")
        return _show_wish(request, choice, picks, form, now=now, notice=words, status=422)
    require_room_to_wait(request, service.business, form.cleaned_data["email"], now=now)
    visitor = visitor_of(request, zone=_venue(choice))
    booking, words, free = _join_for_time(choice, form, visitor, now=now)
    if booking is None:
        return _show_wish(
            request, choice, picks, form, now=now, notice=words, free=free, status=409
        )
    return go_to(request, "self_service:booking", reference=booking.reference)


def _invite(request: HttpRequest, choice: Choice, picks: Picks, *, now: datetime) -> HttpResponse:
    """Ask for what is worth waiting for; where nothing is, the times themselves say why."""
    on = _day(choice, picks, now=now)
    worth = find_worth_waiting(choice=choice, wishes=wishes_from(on), now=now)
    if not worth or not is_bookable(service=choice.service):
        return HttpResponseSeeOther(_day_url(choice.service, picks, on))
    form = _wish_form(choice, None, on=on, worth=worth)
    return _show_wish(request, choice, picks, form, now=now)


def _wish_form(
    choice: Choice,
    data: QueryDict | None,
    *,
    on: date,
    worth: frozenset[Key] | None = None,
) -> WishForm:
    service = choice.service
    return WishForm(
        data, on=on, locale=service.business.locale, worth=worth, asks_address=service.home_visit
    )


def _day(choice: Choice, picks: Picks, *, now: datetime) -> date:
    today = now.astimezone(_venue(choice)).date()
    return max(picks.ask.on or today, today)


def _join_for_time(
    choice: Choice, form: WishForm, visitor: Visitor, *, now: datetime
) -> tuple[Booking | None, str, Sequence[datetime]]:
    """The booking in line, or why there is none, and the times that are free."""
    try:
        entry = waitlists.wait_for_time(
            choice=choice, wish=form.wish(), details=form.details(), visitor=visitor, now=now
        )
    except waitlists.TimesAreFree as free:
        return None, _("There are free times right now:"), free.starts[:MAX_SHOWN]
    except waitlists.AlreadyInLine as known:
        mine = find_in_line(
            known.reference,
            visitor_hash=visitor.visitor_hash,
            choice=choice,
            notice_minutes=form.wish().notice_minutes,
            wish=form.wish(),
        )
        words = _("This address is already on the waitlist. Our e-mail leads to your place.")
        return mine, "" if mine else words, ()
    except waitlists.LineIsFull:
        return None, _("The waitlist is full too."), ()
    except waitlists.WishIsClosed:
        return None, _("These hours cannot be booked. Please choose others."), ()
    except waitlists.WishIsOver:
        return None, _("These hours have passed. Please choose others."), ()
    except (bookings.NotBookable, bookings.TurnedAway):
        words = and_reach(_("This can no longer be booked online."), choice.service.business)
        return None, words, ()
    return entry.booking, "", ()


def _show_wish(
    request: HttpRequest,
    choice: Choice,
    picks: Picks,
    form: WishForm,
    *,
    now: datetime,
    notice: str = "",
    free: Sequence[datetime] = (),
    status: int = 200,
) -> HttpResponse:
    service = choice.service
    venue = _venue(choice)
    context: dict[str, Any] = {
        **frame_of(business=service.business, place=choice.location),
        "now": now,
        "zone": venue,
        "service": service,
        "facts_words": facts_words(choice),
        "staff": choice.chosen_staff.short_name if choice.chosen_staff else "",
        "people": choice.party_size,
        "kept": [*picks.pairs(), ("date", form.on.isoformat())],
        "offer_words": length_words(choice.policy.waitlist_minutes),
        "form": form,
        "notice": notice,
        "free": [(at, _day_url(service, picks, at.astimezone(venue).date())) for at in free],
        "guard": new_guard(purpose=PURPOSE, now=now),
        "back_url": _day_url(service, picks, form.on),
    }
    return render_page(request, "waitlists/wait_for_time.html", None, context, status=status)


def _venue(choice: Choice) -> ZoneInfo:
    return zone_of(service=choice.service, location=choice.location)


def _day_url(service: Service, picks: Picks, on: date) -> str:
    return times_url(service, picks, date=on.isoformat())
