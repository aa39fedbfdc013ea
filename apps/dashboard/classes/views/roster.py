"""Who comes, ticked off at the door with one thumb; places and cancellation of a session."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.availability import operations as availability
from apps.availability.models import Session
from apps.bookings import operations as bookings
from apps.businesses.models import TeamMember
from apps.checkout import operations as checkout
from apps.classes import operations as classes
from apps.classes.queries.attending import Scope
from apps.dashboard.access import OwnerRequest
from apps.dashboard.classes.forms.roster import (
    AddPersonForm,
    CancelSessionsForm,
    CheckInForm,
    MessageForm,
    PlacesForm,
    seen_in,
)
from apps.dashboard.classes.queries.roster import get_roster, get_session
from apps.dashboard.frame.views.owner_page import owner_page, show, to_page
from apps.dashboard.roles import Right
from apps.web.http import wants_fragment


@owner_page(Right.LOOK)
def roster(request: OwnerRequest, session_id: int) -> HttpResponse:
    """Show who is expected and who came."""
    session = get_session(access=request.access, session_id=session_id)
    return show_roster(request, session, now=timezone.now())


@owner_page(Right.CHECK_IN, "POST")
def check_in(request: OwnerRequest, session_id: int) -> HttpResponse:
    """Mark one person; htmx gets the list as it is now."""
    session = get_session(access=request.access, session_id=session_id)
    now, form = timezone.now(), CheckInForm(request.POST)
    if not form.is_valid():
        return show_roster(
            request, session, now=now, problem=_("Please press the button again."), status=422
        )
    try:
        checkout.mark_attendance(
            session_id=session.pk,
            reference=form.cleaned_data["reference"],
            seat=form.cleaned_data["seat"],
            state=form.mark(),
            by=request.access.member,
            now=now,
        )
    except classes.NotOnTheList:
        words = _("This person is no longer on the list.")
        return show_roster(request, session, now=now, problem=words, status=409)
    return _answer(request, session, now=now)


@owner_page(Right.CHECK_IN, "POST")
def all_here(request: OwnerRequest, session_id: int) -> HttpResponse:
    """Mark everybody who has no mark yet as here."""
    session = get_session(access=request.access, session_id=session_id)
    now = timezone.now()
    classes.mark_all_here(session_id=session.pk, by=request.access.member, now=now)
    return _answer(request, session, now=now)


@owner_page(Right.SCHEDULE_CLASSES, "POST")
def places(request: OwnerRequest, session_id: int) -> HttpResponse:
    """Give the session, or the run it belongs to, another number of places."""
    session = get_session(access=request.access, session_id=session_id)
    now, form = timezone.now(), PlacesForm(request.POST, locale=request.access.business.locale)
    if not form.is_valid():
        return show_roster(request, session, now=now, places=form, status=422)
    try:
        classes.change_places(session=session, now=now, **form.cleaned_data)
    except bookings.StaleRevision:
        return _show_places_now(request, session, form.cleaned_data["capacity"], now=now)
    except availability.SeatsTaken as taken:
        words = ngettext("One place is taken.", "%d places are taken.", taken.seats) % taken.seats
        form.add_error("capacity", words)
        return show_roster(request, session, now=now, places=form, status=409)
    return to_page(request, "roster", session.pk)


def _show_places_now(
    request: OwnerRequest, session: Session, typed: int, *, now: datetime
) -> HttpResponse:
    """Somebody else was faster: what was typed, under the number that holds now (409)."""
    session.refresh_from_db()
    holds = (session.course_run or session).capacity
    locale = request.access.business.locale
    form = PlacesForm({"capacity": str(typed), "seen": str(holds)}, locale=locale)
    form.add_error("capacity", _("Somebody else has changed it to %(n)d.") % {"n": holds})
    return show_roster(request, session, now=now, places=form, status=409)


@owner_page(Right.SCHEDULE_CLASSES, "POST")
def cancel_sessions(request: OwnerRequest, session_id: int) -> HttpResponse:
    """Cancel this session, this and later ones, or all; everybody booked is told."""
    session = get_session(access=request.access, session_id=session_id)
    now, form = timezone.now(), CancelSessionsForm(request.POST)
    if not form.is_valid():
        return show_roster(request, session, now=now, cancel=form, status=422)
    try:
        _cancel(session, form, by=request.access.member, now=now)
    except bookings.StaleRevision:
        words = _("Somebody has booked, left or changed this. Please check again.")
        return show_roster(request, session, now=now, cancel=form, problem=words, status=409)
    return to_page(request, "roster", session.pk)


def _cancel(session: Session, form: CancelSessionsForm, *, by: TeamMember, now: datetime) -> None:
    scope = Scope(form.cleaned_data["scope"])
    seen, reason = seen_in(form.cleaned_data["seen"]), form.cleaned_data["reason"]
    told: dict[str, Any] = {"seen": seen, "reason": reason, "by": by, "now": now}
    if session.kind == Session.Kind.CLASS:
        classes.cancel_class(session_id=session.pk, scope=scope, **told)
    elif scope is Scope.ALL:
        classes.cancel_run(course_run_id=session.course_run_id or 0, **told)
    else:
        classes.cancel_course_date(session_id=session.pk, **told)


def _answer(request: OwnerRequest, session: Session, *, now: datetime) -> HttpResponse:
    if wants_fragment(request):
        return show_roster(request, session, now=now)
    return to_page(request, "roster", session.pk)


def show_roster(
    request: OwnerRequest,
    session: Session,
    *,
    now: datetime,
    problem: str = "",
    status: int = 200,
    **given: forms.Form,
) -> HttpResponse:
    """Show the roster as it is now; problem says why the last tap did nothing, given are the forms
    that were sent (places, cancel, message, add)."""
    found = get_roster(access=request.access, session=session, now=now)
    locale, service = request.access.business.locale, session.service
    context: dict[str, Any] = {
        "roster": found,
        "zone": session.zone,
        "problem": problem,
        "places_form": given.get("places")
        or PlacesForm(initial={"capacity": found.capacity, "seen": found.capacity}, locale=locale),
        "cancel_form": given.get("cancel") or CancelSessionsForm(),
        "message_form": given.get("message") or MessageForm(),
        "add_form": given.get("add")
        or AddPersonForm(auto_id="add_%s", service=service, locale=locale),
    }
    page, fragment = "dashboard/roster.html", "dashboard/_roster.html"
    return show(
        request, page, context, fragment=fragment, now=now, current="classes", status=status
    )
