"""Honest waiting between the customer's payment and the provider's word about it: the page polls
every two seconds by htmx for a minute, without scripts every five seconds, ten times."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.bookings.models import Booking
from apps.bookings.queries.drafts import is_time_gone
from apps.bookings.queries.stub import stub_of
from apps.bookings.views.drafts import draft_page, show_draft_lost
from apps.businesses.pages import frame_of
from apps.checkout.queries.payments import PaymentProgress, find_under_way, payment_progress_of
from apps.web.http import go_to, render_page, wants_fragment

MAX_POLLS = 30
PLAIN_POLLS, PLAIN_SECONDS = 10, 5
DIGITS = 3


@require_safe
@draft_page
def wait(request: HttpRequest, draft: Booking) -> HttpResponse:
    """Show that the payment is being confirmed; what became of the draft is shown by its own page,
    to which ``draft_page`` leads as soon as it is a booking."""
    now, progress = timezone.now(), payment_progress_of(booking=draft)
    if progress is PaymentProgress.NOTHING:
        return go_to(request, "checkout:pay", draft=draft.draft_id)
    if progress is PaymentProgress.FAILED and is_time_gone(booking=draft, now=now):
        return show_draft_lost(request, draft, now=now)
    if progress is PaymentProgress.FAILED:
        return go_to(request, "checkout:pay", draft=draft.draft_id, query={"failed": "1"})
    begun = find_under_way(draft, now=now)
    is_unclear = progress is PaymentProgress.UNCLEAR
    polls = poll_count(request)
    context: dict[str, Any] = {
        **frame_of(business=draft.business, place=draft.location),
        "zone": draft.zone,
        "now": now,
        "stub": stub_of(booking=draft),
        "reference": draft.reference,
        "status": draft.status,
        "next_url": f"{request.path}?looks={polls + 1}",
        "keep_polling": keep_polling(polls),
        "plain_refresh": "" if is_unclear else plain_refresh(request, polls),
        "unclear": begun if is_unclear else None,
    }
    if is_unclear and wants_fragment(request):
        return go_to(request, "checkout:wait", draft=draft.draft_id)
    return render_page(request, "checkout/wait.html", "checkout/_waiting.html", context)


def poll_count(request: HttpRequest) -> int:
    """How often this page has polled already."""
    raw = request.GET.get("looks", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= DIGITS else 0


def keep_polling(polls: int) -> bool:
    """Whether it polls once more."""
    return polls < MAX_POLLS


def plain_refresh(request: HttpRequest, polls: int) -> str:
    """What the page's `<noscript>` tells a browser without scripts, to make it poll again by
    itself; empty when it has polled often enough. Not the header `Refresh`, which would load the
    page anew under a customer for whom htmx has long brought the news."""
    if polls >= PLAIN_POLLS:
        return ""
    return f"{PLAIN_SECONDS}; url={request.path}?looks={polls + 1}"
