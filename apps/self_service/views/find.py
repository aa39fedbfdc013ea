"""A way back to lost bookings, and the notice about privacy."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from apps.bookings import operations as bookings
from apps.businesses.models import Business
from apps.businesses.pages import frame_of, public_page
from apps.privacy.queries.retention import keep_words
from apps.self_service.forms import FindForm
from apps.web import limit_rules as rules
from apps.web.form_keys import passing_key_of
from apps.web.http import client_network, go_to, render_page
from apps.web.limits import Hit, count_hits, require_room


@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def find(request: HttpRequest, business: Business) -> HttpResponse:
    """Ask for an address; the answer is the same whether we know it or not."""
    now = timezone.now()
    form = FindForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 200 if request.method != "POST" else 422
        context = {**frame_of(business=business), "form": form}
        return render_page(request, "self_service/find.html", None, context, status=status)
    require_room(hits=[Hit(rules.LINKS_PER_NETWORK, client_network(request))], now=now)
    address = form.cleaned_data["email"]
    # Too many for one address is no news to whoever typed it: the same answer, and no mail.
    if not count_hits(hits=[Hit(rules.LINKS_PER_EMAIL, address)], now=now):
        bookings.ask_for_links(
            business=business,
            email=address,
            reference=form.cleaned_data["reference"],
            now=now,
            form_key=passing_key_of(request, business_id=business.pk, now=now),
        )
    return go_to(request, "self_service:find_sent", business=business.slug)


@require_safe
@public_page
def sent(request: HttpRequest, business: Business) -> HttpResponse:
    """The neutral answer."""
    return render_page(request, "self_service/find_sent.html", None, frame_of(business=business))


@require_safe
@public_page
def privacy(request: HttpRequest, business: Business) -> HttpResponse:
    """What the business keeps, and why."""
    context = {**frame_of(business=business), "kept_for": keep_words(business=business)}
    return render_page(request, "self_service/privacy.html", None, context)
