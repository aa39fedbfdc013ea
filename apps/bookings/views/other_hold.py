"""Before a tap ends another hold of the same browser: which one it is, and a question (409)."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.queries.drafts import get_draft
from apps.bookings.visitors import visitor_hash_of
from apps.businesses.pages import frame_of
from apps.web import formatting
from apps.web.formatting import format_time_beside
from apps.web.http import render_page

REPLACES = "replaces"
"""The field that says which draft is given up; the script of the page adds it in the same tab."""


def asking_first(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a tap that would end another tab's hold ask, instead of the view's answer."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except bookings.HoldsAnother as other:
            return ask_instead(request, other.draft_id, now=timezone.now())

    return answer


def replaced_draft(request: HttpRequest) -> str:
    """The draft that this tap means to give up, "" when its page knew of none."""
    return request.POST.get(REPLACES, "")


def ask_instead(request: HttpRequest, draft_id: str, *, now: datetime) -> HttpResponse:
    """Show what is held until when: go on with it, or send the same tap again and give it up.

    Raises:
        Http404: it ended this very moment, and belongs to nobody.
    """
    try:
        draft = get_draft(draft_id=draft_id, visitor_hash=visitor_hash_of(request))
    except Booking.DoesNotExist as missing:
        raise Http404 from missing
    zone, locale = draft.zone, draft.business.locale
    context = {
        **frame_of(business=draft.business, place=draft.location),
        "what": draft.title,
        "when": formatting.format_datetime(draft.starts_at, zone=zone, locale=locale),
        "until": format_time_beside(
            draft.hold_expires_at or now, beside=now, zone=zone, locale=locale
        ),
        "held_url": reverse("bookings:details", kwargs={"draft": draft.draft_id}),
        "kept": [*_sent_again(request), (REPLACES, draft.draft_id)],
    }
    response = render_page(request, "bookings/other_hold.html", None, context, status=409)
    response.headers["Cache-Control"] = "no-store"
    return response


def _sent_again(request: HttpRequest) -> list[tuple[str, str]]:
    left_out = {"csrfmiddlewaretoken", REPLACES}
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in left_out
        for value in values
    ]
