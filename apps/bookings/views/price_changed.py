"""409: the price is another one now. Old and new side by side, nothing typed is lost."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.bookings.forms import seal
from apps.bookings.models import Booking
from apps.bookings.operations import PriceChanged
from apps.bookings.queries.stub import stub_of
from apps.bookings.wording import price_words
from apps.businesses.pages import frame_of
from apps.web.http import render_page

RENEWED = {"csrfmiddlewaretoken", seal.FIELD}


def price_changed(request: HttpRequest, draft: Booking, changed: PriceChanged) -> HttpResponse:
    """Show what was seen and what holds now; one button sends the same details again."""
    fresh = changed.price
    locale = draft.business.locale
    was, now = (
        price_words(amount=amount, text=fresh.text, currency=fresh.currency, locale=locale)
        for amount in (changed.seen, fresh.total)
    )
    minutes = int((draft.ends_at - draft.starts_at).total_seconds() // 60)
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in RENEWED
        for value in values
    ]
    context: dict[str, Any] = {
        **frame_of(business=draft.business, place=draft.location),
        "zone": draft.zone,
        "stub": stub_of(booking=draft),
        "before": {"service_name": draft.title, "minutes": minutes, "price_words": was},
        "after": {"service_name": draft.title, "minutes": minutes, "price_words": now},
        "kept": kept,
        "seal_name": seal.FIELD,
        "price_seal": seal.seal_price(draft_id=draft.draft_id, amount=fresh.total),
        "button_words": _("Continue with %(price)s") % {"price": now},
        "back_url": reverse("bookings:details", kwargs={"draft": draft.draft_id}),
        "back_label": _("Your details"),
    }
    return render_page(request, "bookings/price_changed.html", None, context, status=409)
