"""The calendar: a day or a week by person, every filter in the address; and why a date offers no
times."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from apps.catalog.queries import UnknownChoice
from apps.dashboard.access import OwnerRequest
from apps.dashboard.calendar.forms import AgendaForm, WhyForm
from apps.dashboard.calendar.queries.agenda import Filters, get_agenda
from apps.dashboard.calendar.queries.why import find_why
from apps.dashboard.frame.forms import EARLIEST, LATEST
from apps.dashboard.frame.queries.rows import LIVE, local_date_of
from apps.dashboard.frame.views.owner_page import owner_page, show
from apps.dashboard.roles import Right
from apps.kernel.spans import week_start
from apps.web.formatting import week_starts_of


@owner_page(Right.LOOK)
def agenda(request: OwnerRequest) -> HttpResponse:
    """Show who is booked when; requests and bookings, or one kind of them."""
    now, access = timezone.now(), request.access
    today = local_date_of(now, access.business.zone)
    view, on, staff, status = AgendaForm(request.GET).asked(today=today)
    first, last = _dates(view, on, week_starts=week_starts_of(request.access.business.locale))
    filters = Filters(first, last, staff, (status,) if status else LIVE)
    context = {
        "view": view,
        "filters": filters,
        "status": status,
        "today": today,
        "agenda": get_agenda(access=access, filters=filters, now=now),
        "agenda_links": links_of(Asked(access.business.slug, view, on, staff, status, today)),
    }
    return show(
        request,
        "dashboard/agenda.html",
        context,
        fragment="dashboard/_agenda.html",
        now=now,
        current="agenda",
    )


def _dates(view: str, on: date, *, week_starts: int) -> tuple[date, date]:
    if view == "day":
        return on, on
    first = week_start(on, week_starts=week_starts)
    return first, first + timedelta(days=6)


@dataclass(frozen=True, slots=True)
class AgendaLinks:
    earlier: str
    today: str
    later: str
    day: str
    week: str
    everybody: str
    any_status: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says now; a default is left out of an address."""

    slug: str
    view: str
    on: date
    staff: int | None
    status: str
    today: date

    @property
    def url(self) -> str:
        query = urlencode(
            {
                name: value
                for name, value, plain in (
                    ("view", self.view, "day"),
                    ("on", self.on.isoformat(), self.today.isoformat()),
                    ("staff", self.staff or 0, 0),
                    ("status", self.status, ""),
                )
                if value != plain
            }
        )
        base = reverse("dashboard:agenda", args=[self.slug])
        return f"{base}?{query}" if query else base


def links_of(asked: Asked) -> AgendaLinks:
    """Build the addresses around what is shown now, each with one thing changed."""
    step = timedelta(days=7 if asked.view == "week" else 1)
    return AgendaLinks(
        earlier=replace(asked, on=_step(asked.on, -step)).url,
        today=replace(asked, on=asked.today).url,
        later=replace(asked, on=_step(asked.on, step)).url,
        day=replace(asked, view="day").url,
        week=replace(asked, view="week").url,
        everybody=replace(asked, staff=None).url,
        any_status=replace(asked, status="").url,
    )


def _step(on: date, step: timedelta) -> date:
    """The page before or after; the ends of the calendar stay where they are."""
    shifted = on + step
    return shifted if EARLIEST <= shifted <= LATEST else on


@owner_page(Right.DIAGNOSE)
def why(request: OwnerRequest) -> HttpResponse:
    """Show the form, and the diagnosis when it is filled in; the question is in the address."""
    now = timezone.now()
    form = WhyForm(request.GET or None, business=request.access.business)
    diagnosis = None
    if form.is_valid():
        try:
            diagnosis = find_why(**form.question(), now=now)
        except UnknownChoice:
            form.add_error("staff", form.NOT_THEIRS)
    return show(
        request,
        "dashboard/why.html",
        {"form": form, "diagnosis": diagnosis},
        fragment="dashboard/_reasons.html",
        now=now,
        current="agenda",
        status=422 if form.errors else 200,
    )
