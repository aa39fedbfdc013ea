"""The classes of a week as the team sees them."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from apps.classes.forms import read_week
from apps.dashboard.access import OwnerRequest
from apps.dashboard.classes.queries.class_week import WEEK, get_class_week
from apps.dashboard.frame.queries.rows import local_date_of
from apps.dashboard.frame.views.owner_page import owner_page, show
from apps.dashboard.roles import Right
from apps.kernel.spans import week_name, week_start
from apps.web.formatting import week_starts_of


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
    return show(request, "dashboard/classes.html", None, context, now=now, current="classes")
