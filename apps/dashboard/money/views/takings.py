"""What came and went on one day, to be laid beside the drawer and the bank."""

from datetime import date, datetime, timedelta

from django.http import HttpResponse
from django.utils import timezone

from apps.dashboard.access import OwnerRequest
from apps.dashboard.forms import EARLIEST, LATEST
from apps.dashboard.frame.views.owner_page import owner_page, show
from apps.dashboard.money.queries.takings import get_takings
from apps.dashboard.roles import Right

DAY = timedelta(days=1)


@owner_page(Right.SEE_MONEY)
def takings(request: OwnerRequest) -> HttpResponse:
    """Show the day that is asked for, else today."""
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
