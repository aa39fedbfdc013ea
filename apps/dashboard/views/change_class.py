"""O12: another teacher, room or time for one class, the later ones, or a whole series."""

from datetime import datetime

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from apps.availability.models import Session
from apps.availability.operations import BusyTryAgain, SessionsCollide
from apps.bookings import operations as bookings
from apps.bookings.queries.attending import Scope
from apps.catalog.models import Resource
from apps.dashboard.class_forms import ChangeClassForm
from apps.dashboard.desk import OwnerRequest
from apps.dashboard.queries.roster import ScopeChoice, list_scopes
from apps.dashboard.roles import Right, roles_with
from apps.dashboard.views.roster import session_page
from apps.dashboard.views.showing import show
from apps.web.guards import guarded
from apps.web.http import go_to

WORDS = {
    Scope.THIS: gettext_lazy("Only this one"),
    Scope.LATER: gettext_lazy("This and all later ones"),
    Scope.ALL: gettext_lazy("All that are still to come"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@guarded(*roles_with(Right.PLAN))
@session_page
def change_class(request: OwnerRequest, session: Session) -> HttpResponse:
    """Ask what changes and for which sessions; change all of them or none, and tell everybody."""
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
    scope, seen = form.meant()
    try:
        bookings.change_class(
            session_id=session.pk,
            scope=scope,
            change=form.change(),
            seen_bookings=seen,
            by=request.desk.member,
            now=now,
        )
    except SessionsCollide as collision:
        n = len(collision.starts)
        words = ngettext("Something is in the way of %d.", "Something is in the way of %d.", n) % n
        form.add_error("anyway" if "anyway" in form.fields else None, words)
        return _show(request, session, form, now=now, status=409)
    except (bookings.StaleRevision, BusyTryAgain):
        form.add_error("scope", _("Somebody booked or left meanwhile. Please look once more."))
        return _show(request, session, form, now=now, status=409)
    return go_to(request, "dashboard:roster", request.desk.business.slug, session.pk)


def _form(request: OwnerRequest, session: Session, choices: list[ScopeChoice]) -> ChangeClassForm:
    needs = Resource.objects.filter(occupancies__session=session).select_related("type")
    staff = next((it for it in needs if it.type.is_staff), None)
    room = next((it for it in needs if not it.type.is_staff), None)
    zone = request.desk.business.zone
    return ChangeClassForm(
        request.POST if request.method == "POST" else None,
        desk=request.desk,
        scopes=[(f"{it.scope}:{it.bookings}", _words(it)) for it in choices],
        initial={
            "staff": staff,
            "room": room,
            "at": f"{session.starts_at.astimezone(zone):%H:%M}",
            "scope": f"{choices[0].scope}:{choices[0].bookings}",
        },
    )


def _words(choice: ScopeChoice) -> str:
    told = ngettext("%d booking is told", "%d bookings are told", choice.bookings)
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
    context = {"session": session, "form": form}
    return show(
        request,
        "dashboard/change_class.html",
        None,
        context,
        now=now,
        current="classes",
        status=status,
    )
