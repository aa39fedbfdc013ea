"""The time of a draft went to somebody else."""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse

from apps.bookings.models import Booking
from apps.bookings.queries import choice_of
from apps.bookings.views.lost import no_longer_bookable, show_lost
from apps.catalog.queries import UnknownChoice, is_offered
from apps.web.http import go_to
from apps.web.kept_text import words_typed

ShowLost = Callable[..., HttpResponse]
_pages: dict[str, ShowLost] = {}


def register_lost_page(kind: str, show: ShowLost) -> None:
    """Let this page (request, draft, now) say that the places of a draft of this kind of service
    went, with what is free now (409); it may raise UnknownChoice."""
    _pages[kind] = show


def show_draft_lost(request: HttpRequest, draft: Booking, *, now: datetime) -> HttpResponse:
    """Say that the time went, with what is free now (409); where nothing of it is sold any more,
    that.

    The text stays with the draft; the next time that is tapped brings it along."""
    if not is_offered(service=draft.service):
        typed = words_typed(request) if request.method == "POST" else ()
        return no_longer_bookable(request, draft.service, typed=typed)
    try:
        if show := _pages.get(draft.kind):
            return show(request, draft, now=now)
        choice = choice_of(booking=draft)
    except UnknownChoice:
        service, business = draft.service.slug, draft.business.slug
        return go_to(request, "bookings:service", business=business, service=service)
    tz = draft.time_zone if draft.service.online else ""
    return show_lost(request, choice, at=draft.starts_at, now=now, tz=tz)
