"""One screen that answers "what now, what needs me"."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from apps.dashboard.access import OwnerRequest
from apps.dashboard.frame.queries.frame import get_frame
from apps.dashboard.frame.views.live import unless_changed, version_of
from apps.dashboard.frame.views.owner_page import owner_page, show, to_page
from apps.dashboard.money.queries.ledger import ledger_of
from apps.dashboard.roles import Right
from apps.dashboard.today.queries.today import Today, get_today
from apps.web.http import wants_fragment


@owner_page(Right.LOOK)
def today(request: OwnerRequest) -> HttpResponse:
    """Show figures, what needs this person, and the day."""
    now = timezone.now()
    frame = get_frame(access=request.access, now=now)
    found = get_today(access=request.access, frame=frame, now=now)
    context = {
        "figures": found.figures,
        **_needs(found, now),
        **_day(found, now),
    }
    return show(
        request, "dashboard/today.html", None, context, now=now, frame=frame, current="today"
    )


@owner_page(Right.LOOK)
def needs(request: OwnerRequest) -> HttpResponse:
    """Show what needs this person, for the live part of Today."""
    return _live(request, "dashboard/_needs.html", _needs, "needs_version")


@owner_page(Right.LOOK)
def day(request: OwnerRequest) -> HttpResponse:
    """Show the day's lines, for the live part of Today."""
    return _live(request, "dashboard/_day.html", _day, "day_version")


def _live(
    request: OwnerRequest,
    fragment: str,
    part: Callable[[Today, datetime], dict[str, Any]],
    version_name: str,
) -> HttpResponse:
    if not wants_fragment(request):
        return to_page(request, "today")
    now = timezone.now()
    frame = get_frame(access=request.access, now=now)
    found = get_today(access=request.access, frame=frame, now=now)
    context = part(found, now)
    return unless_changed(
        request,
        str(context[version_name]),
        lambda: show(request, fragment, fragment, context, now=now, frame=frame),
    )


def _needs(found: Today, now: datetime) -> dict[str, Any]:
    return {"needs": found.needs, "needs_version": version_of(found.needs, now=now)}


def _day(found: Today, now: datetime) -> dict[str, Any]:
    gap = found.figures.gap
    free = (gap.starts_at, gap.minutes, gap.staff_name) if gap else None
    lines = ledger_of(found.rows, free=free, now=now)
    return {"lines": lines, "day_version": version_of(lines, now=now)}
