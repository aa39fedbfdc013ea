"""Pages of a draft answer only the browser that made it; a finished draft leads to its booking. And
the answers when a time cannot be had: lost, too busy, closed, or a button nobody of ours made.

A browser whose cookie went while somebody typed sends a form that we had sealed for this draft: it
was shown the page, so the draft is its own again, and nothing is booked before it was seen anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from apps.bookings import operations as bookings
from apps.bookings.forms.details import (
    PRICE_FIELD,
    TIMES_FIELD,
    BrokenSeal,
    NoWayBack,
    open_seal,
    open_way_back,
)
from apps.bookings.forms.picks import Picks, picks_of, service_url, times_url
from apps.bookings.models import Booking
from apps.bookings.queries.days import Ask
from apps.bookings.queries.drafts import get_draft
from apps.bookings.queries.offered import choice_of
from apps.bookings.views.times import show_times
from apps.bookings.visitors import visitor_hash_of, visitor_of
from apps.businesses.models import Business
from apps.businesses.pages import frame_of
from apps.catalog.models import Service
from apps.catalog.queries import Choice, UnknownChoice, is_offered
from apps.web.http import go_to, instead_of_the_page, render_page
from apps.web.kept_text import words_typed

SOON = "2"  # seconds
CAME_BACK = "draft_came_back"
"""On a request: its browser had lost the draft, and has it again."""


def show_lost(
    request: HttpRequest, choice: Choice, *, at: datetime, now: datetime, tz: str = ""
) -> HttpResponse:
    """Show the times as they are now: what was lost, the three nearest, and the rest (409)."""
    picks = replace(picks_of(choice), zone=tz, ask=Ask(gone=at))
    return show_times(request, choice.service, picks, now=now, status=409)


def try_again(request: HttpRequest, service: Service) -> HttpResponse:
    """Say that many people want this at the moment, and offer the same button again (409)."""
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]
    context = {
        **_frame(service),
        "title_words": _("Lots of people are booking right now"),
        "words": _("Nothing is booked yet, and everything you typed is still here."),
        "kept": kept,
        "button_words": _("Try again"),
    }
    response = render_page(request, "bookings/refused.html", None, context, status=409)
    response.headers["Retry-After"] = SOON
    response.headers["Cache-Control"] = "no-store"
    return response


def no_longer_bookable(
    request: HttpRequest, service: Service, *, typed: Sequence[str] = ()
) -> HttpResponse:
    """Say that booking was closed meanwhile, with what was typed to be copied (409)."""
    context = {
        **_frame(service),
        "times_url": service_url(service, Picks()),
        "button_words": _("See why"),
        "title_words": _("This cannot be booked online right now"),
        "words": _("Nothing was booked."),
        "typed": typed,
    }
    return render_page(request, "bookings/refused.html", None, context, status=409)


def unreadable(request: HttpRequest, service: Service) -> HttpResponse:
    """Say that a slot could not be read, and offer fresh times (rule T6, 422)."""
    context = {
        **_frame(service),
        "title_words": _("We could not read this time"),
        "words": _("The page may have been open for a long time. Please choose again."),
    }
    return render_page(request, "bookings/refused.html", None, context, status=422)


def _frame(service: Service) -> dict[str, object]:
    return {
        **frame_of(business=service.business),
        "service": service,
        "times_url": times_url(service, Picks()),
    }


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


def show_draft_gone(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Say that nothing was booked, with the way to the times and the text, to be copied (410).

    Raises:
        Http404: no form of ours knows this draft, or it became a booking.
    """
    try:
        business_id, path = open_way_back(request.POST.get(TIMES_FIELD, ""), draft_id=draft_id)
        business = Business.objects.get(pk=business_id)
    except (NoWayBack, Business.DoesNotExist) as unknown:
        raise Http404 from unknown
    if Booking.objects.filter(draft_id=draft_id).exists():
        raise Http404
    context = {
        **frame_of(business=business),
        "times_url": path,
        "typed": words_typed(request),
    }
    response = render_page(request, "bookings/draft_gone.html", None, context, status=410)
    response.headers["Cache-Control"] = "no-store"
    return instead_of_the_page(request, response)


def draft_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view the draft; Back and a second POST of a finished one go to what it became. One
    that was declined because its time was lost shows what is free (409).

    A form of ours whose draft was deleted is told the way to the times (410).

    Raises:
        Http404: there is no such draft in this browser.
    """

    @never_cache
    @wraps(view)
    def found(request: HttpRequest, draft: str, **kwargs: Any) -> HttpResponse:
        booking = _own_draft(request, draft) or _come_back(request, draft)
        if booking is None:
            return show_draft_gone(request, draft)
        if booking.visitor_hash != visitor_hash_of(request):
            return sent_elsewhere(request, booking)
        if booking.status == Booking.Status.DECLINED and booking.draft_text:
            return show_draft_lost(request, booking, now=timezone.now())
        if booking.status != Booking.Status.CREATED:
            return to_done(request, booking)
        return view(request, booking, **kwargs)

    return found


def came_back(request: HttpRequest) -> bool:
    """Whether the browser had lost the draft of this request."""
    return bool(getattr(request, CAME_BACK, False))


def came_back_words(draft: Booking) -> str:
    """What a page says whose browser had lost the draft."""
    if draft.hold_expires_at is None:
        return _(
            "Your browser lost track of this booking, perhaps because its cookies "
            "were cleared. Nothing has been sent yet, and everything you typed is "
            "here. Please press the button again."
        )
    return _(
        "Your browser lost track of this booking, perhaps because its cookies "
        "were cleared. Nothing has been sent yet. Everything you typed is here, "
        "and the time is still yours. Please press the button again."
    )


def sent_elsewhere(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Nothing about the booking is said: a reference is no secret (GOV.UK rule)."""
    context = frame_of(business=booking.business)
    return render_page(request, "bookings/elsewhere.html", None, context, status=403)


def _own_draft(request: HttpRequest, draft_id: str) -> Booking | None:
    try:
        return get_draft(draft_id=draft_id, visitor_hash=visitor_hash_of(request))
    except Booking.DoesNotExist:
        return None


def _come_back(request: HttpRequest, draft_id: str) -> Booking | None:
    """The draft whose page this browser was shown before its cookie went; what was booked since is
    not given to it."""
    try:
        open_seal(request.POST.get(PRICE_FIELD, ""), draft_id=draft_id)
        found = Booking.objects.select_related("business").get(draft_id=draft_id)
        visitor = visitor_of(request, zone=found.zone)
        bookings.take_over_draft(draft_id=draft_id, visitor=visitor)
    except (BrokenSeal, bookings.DraftGone, Booking.DoesNotExist):
        return None
    setattr(request, CAME_BACK, True)
    return _own_draft(request, draft_id) or found


def to_done(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Go to the booking that a draft of this browser became."""
    return go_to(request, "self_service:done", reference=booking.reference)
