"""What the pages of a plan and of a gift card have in common while they are not paid: waiting for
the provider's word, and a payment that cannot be opened."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from apps.businesses.models import Business
from apps.businesses.pages import frame_of
from apps.checkout.providers.words import unpaid_status, unpaid_words
from apps.checkout.queries.payments import UnderWay
from apps.checkout.views.wait import keep_polling, plain_refresh, poll_count
from apps.web.http import render_page


def waiting_context(
    request: HttpRequest, *, waits: bool, under_way: UnderWay | None, unclear: UnderWay | None
) -> dict[str, Any]:
    """Whether the page waits for the provider's word. It does not for whoever says that they went
    back, as long as they can go on with what is under_way; nor while the provider's word is
    unclear."""
    polls = poll_count(request)
    has_left = waits and under_way is not None and "begun" in request.GET
    is_polling = waits and unclear is None and not has_left
    return {
        "waits": waits,
        "has_left": has_left,
        "keep_polling": is_polling and keep_polling(polls),
        "plain_refresh": plain_refresh(request, polls) if is_polling else "",
        "unclear": unclear,
        "next_url": f"{request.path}?looks={polls + 1}",
    }


def show_unpayable(request: HttpRequest, business: Business, down: Exception) -> HttpResponse:
    """Say that no payment can be opened at the moment, and why."""
    context = {**frame_of(business=business), "words": unpaid_words(down)}
    status = unpaid_status(down)
    return render_page(request, "prepaid/plan_unpayable.html", None, context, status=status)
