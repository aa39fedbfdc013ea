"""One screen that answers "what now, what needs me", in parts that ask again every 20 s; and the
choice of a business before it."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.businesses.queries import list_memberships
from apps.dashboard.access import OwnerRequest
from apps.dashboard.frame.queries.frame import get_frame
from apps.dashboard.frame.views.owner_page import owner_page, show, to_page
from apps.dashboard.roles import EVERY_ROLE, Right
from apps.dashboard.today.queries import Today, get_today, lines_of_day
from apps.web.guards import guarded
from apps.web.http import go_to, wants_fragment


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
    return show(request, "dashboard/today.html", context, now=now, frame=frame, current="today")


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
        lambda: show(request, fragment, context, fragment=fragment, now=now, frame=frame),
    )


def _needs(found: Today, now: datetime) -> dict[str, Any]:
    return {"needs": found.needs, "needs_version": version_of(found.needs, now=now)}


def _day(found: Today, now: datetime) -> dict[str, Any]:
    gap = found.figures.gap
    free = (gap.starts_at, gap.minutes, gap.staff_name) if gap else None
    lines = lines_of_day(found.rows, free=free, now=now)
    return {"lines": lines, "day_version": version_of(lines, now=now)}


def version_of(*shown: object, now: datetime) -> str:
    """Name what is shown: the read models, and the minute, because words like "3 min ago" age.

    Read models are frozen dataclasses, so that their repr is their whole content.
    """
    minute = int(now.timestamp()) // 60
    return sha256(f"{minute}:{shown!r}".encode()).hexdigest()[:20]


def unless_changed(
    request: HttpRequest, version: str, answer: Callable[[], HttpResponse]
) -> HttpResponse:
    """Answer 304 with nothing when the page shows this version already (RFC 9110 13.1.2)."""
    etag = f'"{version}"'
    if request.headers.get("If-None-Match") == etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = answer()
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
@guarded(*EVERY_ROLE)
def choose_business(request: HttpRequest) -> HttpResponse:
    """Go to the only business of this person, or let them choose."""
    if request.user.is_anonymous:
        raise RuntimeError("the guard of the section lets nobody in without a sign-in")
    memberships = list_memberships(user=request.user)
    if len(memberships) == 1:
        return go_to(request, "dashboard:today", memberships[0].business.slug)
    businesses = [
        {
            "name": it.business.name,
            "role_words": it.get_role_display(),
            "url": reverse("dashboard:today", args=[it.business.slug]),
        }
        for it in memberships
    ]
    context = {"businesses": businesses, "sign_out_url": reverse("account_logout")}
    response = render(request, "dashboard/choose_business.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response
