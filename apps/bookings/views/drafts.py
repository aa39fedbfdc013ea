"""Pages of a draft answer only the browser that made it; a finished draft leads to its booking.

A browser whose cookie went while somebody typed sends a form that we had sealed for this draft: it
was shown the page, so the draft is its own again, and nothing is booked before it was seen anew.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from apps.bookings import operations as bookings
from apps.bookings.forms import seal
from apps.bookings.models import Booking
from apps.bookings.queries.drafts import get_draft
from apps.bookings.views.draft_gone import show_draft_gone
from apps.bookings.views.draft_lost import show_draft_lost
from apps.bookings.visitors import visitor_hash_of, visitor_of
from apps.businesses.pages import frame_of
from apps.web.http import go_to, render_page

CAME_BACK = "draft_came_back"
"""On a request: its browser had lost the draft, and has it again."""


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
        seal.open_seal(request.POST.get(seal.FIELD, ""), draft_id=draft_id)
        found = Booking.objects.select_related("business").get(draft_id=draft_id)
        visitor = visitor_of(request, zone=found.zone)
        bookings.take_over_draft(draft_id=draft_id, visitor=visitor)
    except (seal.BrokenSeal, bookings.DraftGone, Booking.DoesNotExist):
        return None
    setattr(request, CAME_BACK, True)
    return _own_draft(request, draft_id) or found


def to_done(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Go to the booking that a draft of this browser became."""
    return go_to(request, "self_service:done", reference=booking.reference)
