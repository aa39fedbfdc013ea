"""Answers when a time cannot be had: lost, too busy, closed, or a button nobody of ours made."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from apps.bookings.forms.picks import Picks, picks_of, service_url, times_url
from apps.bookings.queries.days import Ask
from apps.bookings.views.times import show_times
from apps.businesses.pages import frame_of
from apps.catalog.models import Service
from apps.catalog.queries import Choice
from apps.web.http import render_page

SOON = "2"  # seconds


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
