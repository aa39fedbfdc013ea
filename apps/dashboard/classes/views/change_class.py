"""Another teacher, room or time for one class, the later ones, or a whole series."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.availability.models import Session
from apps.availability.operations import (
    ResourceElsewhere,
    SessionsConflict,
    UnclearTime,
)
from apps.bookings import operations as bookings
from apps.businesses.models import TeamMember
from apps.catalog.models import Resource
from apps.classes import operations as classes_operations
from apps.classes.queries.attending import Scope
from apps.dashboard.access import OwnerRequest
from apps.dashboard.classes.forms.timetable import (
    SEEN,
    ChangeClassForm,
    tell_elsewhere,
    unclear_words,
)
from apps.dashboard.classes.queries.roster import ScopeChoice, get_session, list_scopes
from apps.dashboard.frame.views.owner_page import owner_page, show, to_page
from apps.dashboard.roles import Right
from apps.kernel.refusals import Refusal

WORDS = {
    Scope.THIS: gettext_lazy("Only this one"),
    Scope.LATER: gettext_lazy("This and all later ones"),
    Scope.ALL: gettext_lazy("All upcoming ones"),
}


@owner_page(Right.SCHEDULE_CLASSES, "GET", "POST")
def change_class(request: OwnerRequest, session_id: int) -> HttpResponse:
    """Ask what changes and for which sessions; change all of them or none, and tell everybody."""
    session = get_session(access=request.access, session_id=session_id)
    now = timezone.now()
    choices = list_scopes(session, now=now)
    changes = session.kind == Session.Kind.CLASS and session.state == Session.State.SCHEDULED
    if not changes or not choices:
        raise Http404
    form = _form(request, session, choices)
    if request.method != "POST":
        return _show(request, session, form, now=now)
    if not form.is_valid():
        return _show(request, session, form, now=now, status=422)
    try:
        _change(session, form, by=request.access.member, now=now)
    except Refusal as refusal:
        form = _refuse(request, session, form, refusal, now=now)
        return _show(request, session, form, now=now, status=refusal.status)
    return to_page(request, "roster", session.pk)


def _change(session: Session, form: ChangeClassForm, *, by: TeamMember, now: datetime) -> None:
    meant = form.meant()
    classes_operations.change_class(
        session_id=session.pk,
        scope=meant.scope,
        change=form.change(),
        seen=meant.seen,
        by=by,
        now=now,
        lets_visits_meet=form.cleaned_data["lets_visits_meet"],
    )


def _refuse(
    request: OwnerRequest,
    session: Session,
    form: ChangeClassForm,
    refusal: Refusal,
    *,
    now: datetime,
) -> ChangeClassForm:
    """What was typed, with what holds now: the next try knows it."""
    if _tell_beside(form, session, refusal):
        return form
    session.refresh_from_db()
    typed, choices = request.POST.copy(), list_scopes(session, now=now)
    meant = form.meant()
    there = next((it for it in choices if it.scope is meant.scope), None)
    typed["scope"] = _seen(there) if there else ""
    fresh = _form(request, session, choices, typed=typed)
    fresh.is_valid()
    if there is None or there.seen.sessions != meant.seen.sessions:
        fresh.tell_now(_stored(session))
    if isinstance(refusal, bookings.StaleRevision):
        fresh.add_error("scope", _("Somebody has booked or left. Please check again."))
    return fresh


def _tell_beside(form: ChangeClassForm, session: Session, refusal: Refusal) -> bool:
    """Say what is wrong with what was typed, beside it; tell whether that is the matter."""
    if isinstance(refusal, SessionsConflict):
        n = len(refusal.starts)
        words = ngettext("%d of them has a conflict.", "%d of them have conflicts.", n) % n
        form.add_error("anyway" if "anyway" in form.fields else None, words)
    elif isinstance(refusal, UnclearTime):
        zone, locale = session.zone, session.business.locale
        if refusal.of_several:
            form.ask_about(refusal.starts, zone=zone, locale=locale)
        else:
            words = unclear_words(refusal.resolution, refusal.next_at, zone=zone, locale=locale)
            form.add_error("at", words)
    elif isinstance(refusal, classes_operations.VisitsMeet):
        words = _("Already booked at that time with the same unlimited pass, for one person: %s.")
        form.add_error("lets_visits_meet", words % ", ".join(refusal.names))
    elif isinstance(refusal, ResourceElsewhere):
        tell_elsewhere(form, session.location, resources=refusal.resources)
    else:
        return False
    return True


def _form(
    request: OwnerRequest,
    session: Session,
    choices: list[ScopeChoice],
    *,
    typed: QueryDict | None = None,
) -> ChangeClassForm:
    """A choice that was sent stands as it was seen, so that the operation can tell its age."""
    data = typed if typed is not None else request.POST if request.method == "POST" else None
    sent = data.get("scope", "") if data is not None else ""
    seen = sent if SEEN.fullmatch(sent) else ""
    stored = _stored(session)
    return ChangeClassForm(
        data,
        access=request.access,
        zone=session.zone,
        place=session.location,
        scopes=[
            (seen if seen.startswith(f"{it.scope}:") else _seen(it), _words(it)) for it in choices
        ],
        initial={**stored, "at": f"{stored['at']:%H:%M}", "scope": _seen(choices[0])},
    )


def _stored(session: Session) -> dict[str, Any]:
    """What the class has now, by the fields of the form; the time by the clock of its place."""
    needs = Resource.objects.filter(occupancies__session=session).select_related("type")
    return {
        "staff": next((it for it in needs if it.type.is_staff), None),
        "room": next((it for it in needs if not it.type.is_staff), None),
        "at": session.starts_at.astimezone(session.zone).time(),
    }


def _seen(choice: ScopeChoice) -> str:
    return f"{choice.scope}:{choice.seen.people}-{choice.seen.sessions}"


def _words(choice: ScopeChoice) -> str:
    told = ngettext("%d booking told by e-mail", "%d bookings told by e-mail", choice.bookings)
    classes = ngettext("%d class", "%d classes", choice.sessions) % choice.sessions
    return f"{WORDS[choice.scope]}: {classes}, {told % choice.bookings}"


def _show(
    request: OwnerRequest,
    session: Session,
    form: ChangeClassForm,
    *,
    now: datetime,
    status: int = 200,
) -> HttpResponse:
    form.leave_out()
    context = {"session": session, "form": form, "zone": session.zone}
    return show(
        request, "dashboard/change_class.html", context, now=now, current="classes", status=status
    )
