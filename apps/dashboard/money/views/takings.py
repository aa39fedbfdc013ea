"""What came and went on one day, to be laid beside the drawer and the bank."""

from datetime import date, datetime, timedelta

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.dashboard.access import OwnerRequest
from apps.dashboard.forms import EARLIEST, LATEST
from apps.dashboard.frame.views.showing import show
from apps.dashboard.money.queries.takings import get_takings
from apps.dashboard.roles import Right, roles_with
from apps.web.guards import guarded

DAY = timedelta(days=1)


@require_safe
@guarded(*roles_with(Right.SEE_MONEY))
def takings(request: OwnerRequest, slug: str) -> HttpResponse:
    """Show the day that is asked for, else today."""
    del slug
    now, access = timezone.now(), request.access
    today = now.astimezone(access.business.zone).date()
    on = _day(request.GET.get("on", ""), today)
    context = {
        "takings": get_takings(access=access, on=on),
        "before": on - DAY,
        "after": on + DAY if on < today else None,
    }
    return show(request, "dashboard/takings.html", None, context, now=now, current="takings")


def _day(asked: str, today: date) -> date:
    try:
        on = datetime.strptime(asked, "%Y-%m-%d").date()  # noqa: DTZ007 - a date, no instant
    except ValueError:
        return today
    return on if EARLIEST < on < LATEST else today
