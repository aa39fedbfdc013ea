"""A day or a week, by person; every filter is in the address."""

from datetime import date, timedelta

from django.http import HttpResponse
from django.utils import timezone

from apps.dashboard.access import OwnerRequest
from apps.dashboard.forms import AgendaForm
from apps.dashboard.frame.queries.rows import LIVE, local_date_of
from apps.dashboard.frame.views.owner_page import owner_page, show
from apps.dashboard.roles import Right
from apps.dashboard.today.queries.agenda import Filters, get_agenda
from apps.dashboard.today.views.agenda_links import Asked, links_of
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
        "dashboard/_agenda.html",
        context,
        now=now,
        current="agenda",
    )


def _dates(view: str, on: date, *, week_starts: int) -> tuple[date, date]:
    if view == "day":
        return on, on
    first = week_start(on, week_starts=week_starts)
    return first, first + timedelta(days=6)
