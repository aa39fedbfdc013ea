"""Pages of a draft answer only the browser that made it; a finished draft leads to its booking."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from apps.bookings.models import Booking
from apps.bookings.queries.drafts import get_draft
from apps.bookings.views.draft_lost import show_draft_lost
from apps.bookings.visitors import visitor_hash_of
from apps.web.http import go_to


def draft_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view the draft; Back and a second POST of a finished one go to what it became. One
    that was declined because its time was lost shows what is free (409).

    Raises:
        Http404: there is no such draft in this browser.
    """

    @never_cache
    @wraps(view)
    def found(request: HttpRequest, draft: str, **kwargs: Any) -> HttpResponse:
        try:
            booking = get_draft(draft_id=draft, visitor_hash=visitor_hash_of(request))
        except Booking.DoesNotExist as missing:
            raise Http404 from missing
        if booking.status == Booking.Status.DECLINED and booking.draft_text:
            return show_draft_lost(request, booking, now=timezone.now())
        if booking.status != Booking.Status.CREATED:
            return to_done(request, booking)
        return view(request, booking, **kwargs)

    return found


def to_done(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Go to the booking that a draft of this browser became."""
    return go_to(request, "bookings:done", reference=booking.reference)
