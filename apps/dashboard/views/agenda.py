"""O3 in its agenda form: a day or a week, by person; every filter is in the address."""

from datetime import date, timedelta

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.dashboard.desk import OwnerRequest
from apps.dashboard.forms import AgendaForm
from apps.dashboard.queries.agenda import Filters, get_agenda
from apps.dashboard.queries.rows import LIVE, local_date_of
from apps.dashboard.roles import Right, roles_with
from apps.dashboard.views.agenda_links import Asked, links_of
from apps.dashboard.views.showing import show
from apps.web.guards import guarded


@require_safe
@guarded(*roles_with(Right.LOOK))
def agenda(request: OwnerRequest, slug: str) -> HttpResponse:
    """Show who is booked when; requests and bookings, or one kind of them."""
    now, desk = timezone.now(), request.desk
    today = local_date_of(now, desk.business.zone)
    view, on, staff, status = AgendaForm(request.GET).asked(today=today)
    first, last = _dates(view, on)
    filters = Filters(first, last, staff, (status,) if status else LIVE)
    context = {
        "view": view,
        "filters": filters,
        "status": status,
        "today": today,
        "agenda": get_agenda(desk=desk, filters=filters, now=now),
        "agenda_links": links_of(Asked(slug, view, on, staff, status, today)),
    }
    return show(
        request,
        "dashboard/agenda.html",
        "dashboard/_agenda.html",
        context,
        now=now,
        current="agenda",
    )


def _dates(view: str, on: date) -> tuple[date, date]:
    if view == "day":
        return on, on
    monday = on - timedelta(days=on.weekday())
    return monday, monday + timedelta(days=6)
