"""Honest waiting between the customer's payment and the provider's word about it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.bookings.models import Booking
from apps.bookings.queries.drafts import is_time_gone
from apps.bookings.queries.stub import stub_of
from apps.bookings.views.drafts import draft_page, show_draft_lost
from apps.businesses.pages import frame_of
from apps.checkout.queries.under_way import PaymentProgress, find_under_way, payment_progress_of
from apps.checkout.views.looks import goes_on, plain_look, poll_count
from apps.web.http import go_to, render_page, wants_fragment


@require_safe
@draft_page
def wait(request: HttpRequest, draft: Booking) -> HttpResponse:
    """Show that the payment is being confirmed; what became of the draft is shown by its own page,
    to which ``draft_page`` leads as soon as it is a booking."""
    now, stand = timezone.now(), payment_progress_of(booking=draft)
    if stand is PaymentProgress.NOTHING:
        return go_to(request, "checkout:pay", draft=draft.draft_id)
    if stand is PaymentProgress.FAILED and is_time_gone(booking=draft, now=now):
        return show_draft_lost(request, draft, now=now)
    if stand is PaymentProgress.FAILED:
        return go_to(request, "checkout:pay", draft=draft.draft_id, query={"failed": "1"})
    begun = find_under_way(draft, now=now)
    is_unclear = stand is PaymentProgress.UNCLEAR
    looks = poll_count(request)
    context: dict[str, Any] = {
        **frame_of(business=draft.business, place=draft.location),
        "zone": draft.zone,
        "now": now,
        "stub": stub_of(booking=draft),
        "reference": draft.reference,
        "status": draft.status,
        "next_url": f"{request.path}?looks={looks + 1}",
        "goes_on": goes_on(looks),
        "plain_look": "" if is_unclear else plain_look(request, looks),
        "unclear": begun if is_unclear else None,
    }
    if is_unclear and wants_fragment(request):
        return go_to(request, "checkout:wait", draft=draft.draft_id)
    return render_page(request, "checkout/wait.html", "checkout/_waiting.html", context)
