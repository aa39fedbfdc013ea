"""A tap on a slot: POST /{business}/hold, and what can be done with a hold afterwards."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.core.validators import slug_re
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.forms.picks import Picks, Unreadable, read_picks, read_slot
from apps.bookings.models import AccessLink, Booking, SuggestedTime
from apps.bookings.queries.drafts import find_booking, get_draft, text_of
from apps.bookings.queries.suggestions import find_suggestion
from apps.bookings.views.details_page import back_url
from apps.bookings.views.drafts import (
    draft_page,
    no_longer_bookable,
    show_lost,
    try_again,
    unreadable,
)
from apps.bookings.visitors import (
    Proof,
    page_zone,
    proof_of,
    purposes_of,
    require_room_to_hold,
    visitor_hash_of,
    visitor_of,
)
from apps.businesses.models import Business
from apps.businesses.pages import frame_of, public_page
from apps.catalog.models import Service
from apps.catalog.queries import (
    Choice,
    ServiceMoved,
    ServiceRetired,
    UnknownChoice,
    get_service,
    place_of,
    zone_of,
)
from apps.web import formatting
from apps.web.formatting import format_time_beside
from apps.web.http import HttpResponseSeeOther, go_to, render_page

REPLACES = "replaces"
"""The field that says which draft is given up; the script of the page adds it in the same tab."""
REFERENCE_LENGTH = 8


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


@dataclass(frozen=True, slots=True)
class Tap:
    """What a slot button and its form say, checked against what the service offers."""

    choice: Choice
    starts_at: datetime
    venue: ZoneInfo
    picks: Picks


@require_POST
@public_page
@asking_first
def hold(request: HttpRequest, business: Business) -> HttpResponse:
    """Hold the tapped time and go on to the details; a lost race shows the times anew (409)."""
    now = timezone.now()
    service = _service(business, request.POST.get("service", ""))
    try:
        tap = _tap(request, service, now=now)
    except Unreadable:
        return unreadable(request, service)
    require_room_to_hold(request, business, now=now)
    try:
        draft = _place(request, tap, now=now)
    except bookings.SlotGone:
        return show_lost(request, tap.choice, at=tap.starts_at, now=now, tz=tap.picks.zone)
    except bookings.NotBookable:
        return no_longer_bookable(request, service)
    except BusyTryAgain:
        return try_again(request, service)
    return go_to(request, "bookings:details", draft=draft.draft_id)


def _place(request: HttpRequest, tap: Tap, *, now: datetime) -> Booking:
    declined = _declined(request)
    zone = page_zone(request, tap.choice.service, tap.picks, venue=tap.venue)
    return bookings.place_hold(
        choice=tap.choice,
        starts_at=tap.starts_at,
        visitor=visitor_of(request, zone=zone),
        text=text_of(declined) if declined else {},
        suggested=_suggested(declined, tap),
        replaces=replaced_draft(request),
        now=now,
    )


@require_POST
@draft_page
def longer(request: HttpRequest, draft: Booking) -> HttpResponse:
    """Keep a live hold for longer."""
    bookings.extend_draft_hold(booking=draft, now=timezone.now())
    return go_to(request, "bookings:details", draft=draft.draft_id)


@require_POST
@draft_page
def release(request: HttpRequest, draft: Booking) -> HttpResponse:
    """Give the held time back and choose another."""
    del request
    back = back_url(draft)
    bookings.release_draft(booking=draft, now=timezone.now())
    return HttpResponseSeeOther(back)


def _declined(request: HttpRequest) -> Booking | None:
    """The request that a suggested time replaces, for whoever proved the mailbox, also by a link to
    choose a time."""
    reference = request.POST.get("instead_of", "")[:REFERENCE_LENGTH]
    booking = find_booking(reference=reference) if reference else None
    if booking is None:
        return None
    may_choose = AccessLink.Purpose.TIME in purposes_of(request, booking)
    return booking if may_choose or proof_of(request, booking) is Proof.LINK else None


def _suggested(declined: Booking | None, tap: Tap) -> SuggestedTime | None:
    if declined is None or declined.business_id != tap.choice.service.business_id:
        return None
    return find_suggestion(declined=declined, choice=tap.choice, starts_at=tap.starts_at)


def _service(business: Business, slug: str) -> Service:
    if not slug_re.fullmatch(slug):  # PostgreSQL does not even look for some characters
        raise Http404
    try:
        return get_service(business=business, slug=slug)
    except (Service.DoesNotExist, ServiceMoved, ServiceRetired) as missing:
        raise Http404 from missing


def _tap(request: HttpRequest, service: Service, *, now: datetime) -> Tap:
    picks = read_picks(request.POST, now=now)
    try:
        venue = zone_of(service=service, location=place_of(service, picks.location))
        slot = read_slot(request.POST.get("slot", ""), zone=venue)
        picks = replace(picks, variant=slot.variant, staff=slot.staff)
        return Tap(picks.choose(service), slot.starts_at, venue, picks)
    except UnknownChoice as unknown:
        raise Http404 from unknown
