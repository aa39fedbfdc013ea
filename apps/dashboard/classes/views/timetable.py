"""The classes of a week as the team sees them; and a new one, once or as a series, whose dates are
looked at before anything is written."""

from datetime import datetime

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.availability import operations as availability
from apps.availability.engine.series import NoDates, NoEnd, TooManyDates
from apps.availability.operations import SessionFacts
from apps.availability.queries.scheduling import schedule_series
from apps.businesses.models import Clock
from apps.catalog.models import Service
from apps.classes.forms import read_week
from apps.dashboard.access import OwnerRequest
from apps.dashboard.classes.forms.timetable import NewClassForm, tell_elsewhere, unclear_words
from apps.dashboard.classes.queries.timetable import (
    WEEK,
    SeriesDate,
    get_class_week,
    preview_series,
)
from apps.dashboard.frame.queries.rows import local_date_of
from apps.dashboard.frame.views.owner_page import owner_page, show, to_page
from apps.dashboard.roles import Right
from apps.kernel.refusals import Refusal
from apps.kernel.spans import week_name, week_start
from apps.web.form_keys import form_key_of
from apps.web.formatting import week_starts_of
from apps.web.http import HttpResponseSeeOther


@owner_page(Right.LOOK)
def class_week(request: OwnerRequest) -> HttpResponse:
    """List what is taught this week, with the places that are taken."""
    now, access = timezone.now(), request.access
    today = local_date_of(now, access.business.zone)
    starts = week_starts_of(access.business.locale)
    asked = read_week(request.GET.get("week", ""), today=today, week_starts=starts)
    first = asked or week_start(today, week_starts=starts)
    here = reverse("dashboard:classes", args=[access.business.slug])
    context = {
        "week": get_class_week(access=access, first=first, now=now),
        "today": today,
        "earlier_url": f"{here}?week={week_name(first - WEEK, week_starts=starts)}",
        "later_url": f"{here}?week={week_name(first + WEEK, week_starts=starts)}",
    }
    return show(request, "dashboard/classes.html", context, now=now, current="classes")


PREVIEW = "preview"


@owner_page(Right.SCHEDULE_CLASSES, "GET", "POST")
def new_class(request: OwnerRequest) -> HttpResponse:
    """Show the form; preview its dates with their problems; write all of them or none."""
    now, access = timezone.now(), request.access
    asked = request.POST if request.method == "POST" else request.GET or None
    saves = request.method == "POST" and PREVIEW not in request.POST
    form = NewClassForm(asked, access=access, must_explain=saves)
    if asked is None:
        return _show_new(request, form, None, now=now)
    previewed = _preview(form, now=now) if form.is_valid() else None
    _require_clear(form, previewed or [])
    if previewed is not None and request.method == "POST" and not saves:
        return _to_preview(request)
    if previewed is None or not saves or form.errors:
        status = 422 if form.errors and request.method == "POST" else 200
        return _show_new(request, form, previewed, now=now, status=status)
    try:
        starts_at = _open(form, form_key_of(request, business_id=access.business.pk), now=now)
    except Refusal as refusal:
        previewed = _refuse(form, refusal, previewed, now=now)
        return _show_new(request, form, previewed, now=now, status=refusal.status)
    first = local_date_of(starts_at, access.business.zone)
    week = week_name(first, week_starts=week_starts_of(access.business.locale))
    return to_page(request, "classes", query={"week": week})


def _require_clear(form: NewClassForm, previewed: list[SeriesDate]) -> None:
    """A date of its own has a time that is there once; of a series the list shows where those go
    that have none, or two, and it is asked once (rule T6)."""
    moved = [it for it in previewed if it.is_moved]
    if not moved:
        return
    zone, locale = _clock(form).zone, form.access.business.locale
    starts = [it.starts_at for it in moved]
    if len(previewed) > 1:
        form.ask_about(starts, zone=zone, locale=locale)
    else:
        words = unclear_words(moved[0].resolution, starts[0], zone=zone, locale=locale)
        form.add_error("at", words)


def _refuse(
    form: NewClassForm, refusal: Refusal, previewed: list[SeriesDate], *, now: datetime
) -> list[SeriesDate] | None:
    """Say beside what was typed why nothing was written; return the dates as they are now."""
    if isinstance(refusal, availability.BusyTryAgain):
        form.add_error(None, _("Somebody is booking right now. Please press again."))
        return previewed
    if isinstance(refusal, availability.ResourceElsewhere):
        place = form.place_for(form.cleaned_data["service"])
        tell_elsewhere(form, place, resources=refusal.resources)
        return previewed
    if isinstance(refusal, availability.SessionsConflict):
        field = "anyway" if "anyway" in form.fields else None
        form.add_error(field, _("The dates marked below have conflicts."))
    return _preview(form, now=now)


def _to_preview(request: OwnerRequest) -> HttpResponse:
    """The dates are read by GET (303), with all that was typed in the address."""
    typed = request.POST.copy()
    for name in (PREVIEW, "csrfmiddlewaretoken"):
        typed.pop(name, None)
    return HttpResponseSeeOther(f"{request.path}?{typed.urlencode()}")


def _open(form: NewClassForm, form_key: str, *, now: datetime) -> datetime:
    """Write the class or the run; return when its first session starts."""
    facts, skip_closed = _facts(form), form.cleaned_data["skip_closed"]
    if facts.service.kind == Service.Kind.CLASS:
        sessions = availability.open_series(
            rule=form.rule(), facts=facts, skip_closed=skip_closed, now=now, form_key=form_key
        )
        return sessions[0].starts_at
    proposals = schedule_series(
        rule=form.rule(),
        service=facts.service,
        location=facts.location,
        skip_closed=skip_closed,
    )
    run = availability.open_course_run(
        facts=facts, proposals=proposals, name=form.cleaned_data["name"], now=now, form_key=form_key
    )
    return run.starts_at


def _preview(form: NewClassForm, *, now: datetime) -> list[SeriesDate] | None:
    """The dates as they would be, or the reason why there are none, beside its field."""
    try:
        return preview_series(
            rule=form.rule(),
            facts=_facts(form),
            skip_closed=form.cleaned_data["skip_closed"],
            now=now,
        )
    except NoEnd:
        form.add_error("until_on", _("Enter an end date or a number of times."))
    except TooManyDates:
        form.add_error("until_on", _("A series can have up to 500 dates."))
    except NoDates:
        form.add_error(
            "first_on",
            _("No dates are left: you are closed on all of them, or they are after the end."),
        )
    return None


def _facts(form: NewClassForm) -> SessionFacts:
    service = form.cleaned_data["service"]
    return SessionFacts(
        service=service,
        location=form.place_for(service),
        resource_ids=tuple(form.resource_ids()),
        capacity=form.cleaned_data["capacity"],
        override=form.override(),
    )


def _clock(form: NewClassForm) -> Clock:
    """The clock of the place where it shall be, from valid values."""
    service = form.cleaned_data["service"]
    return Clock(service.business, form.place_for(service))


def _show_new(
    request: OwnerRequest,
    form: NewClassForm,
    previewed: list[SeriesDate] | None,
    *,
    now: datetime,
    status: int = 200,
) -> HttpResponse:
    form.leave_out()
    context = {
        "form": form,
        "previewed": previewed,
        "problems": sum(bool(it.obstacles) for it in previewed or ()),
        "there": _clock(form).zone if previewed else request.access.business.zone,
    }
    return show(
        request,
        "dashboard/new_class.html",
        context,
        fragment="dashboard/_preview.html",
        now=now,
        current="classes",
        status=status,
    )
