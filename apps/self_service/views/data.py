"""One's own data at one business: asked for by mail, seen, put right, taken along, and erased. The
link proves the mailbox, as signing in does; reading changes nothing (rules S24, D10, D11)."""

import json
from datetime import datetime
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from apps.businesses.models import Business
from apps.businesses.pages import frame_of, public_page
from apps.customers.signed_in import address_of, desk_here, open_desk_here
from apps.privacy import operations as privacy
from apps.privacy.queries.desk import find_live_request, find_request, knows
from apps.privacy.queries.whose import InTheWay
from apps.self_service.forms import CorrectForm, SignInForm
from apps.self_service.queries.kept import Kept, businesses_that_know, in_the_way_of, read_kept
from apps.self_service.queries.own_data import own_data
from apps.web import limit_rules as rules
from apps.web.form_keys import passing_key_of
from apps.web.http import client_network, download, go_to, render_page
from apps.web.limits import Hit, count_hits, require_room, require_room_to_read


def _proven(request: HttpRequest, business: Business, *, now: datetime) -> str:
    """The address (lower case) whose data this browser may see here: it has opened the link, or is
    signed in with it; "" for none, and for one of which the business keeps nothing."""
    held = desk_here(request, business.pk)
    if held is not None:
        asked = find_live_request(request_id=held, business_id=business.pk, now=now)
        if asked is not None:
            return asked.email
    address = address_of(request)
    return address if address and knows(business_id=business.pk, email=address) else ""


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@public_page
def ask(request: HttpRequest, business: Business) -> HttpResponse:
    """Ask for an address; the answer is the same whether we know it or not (rule S4)."""
    now = timezone.now()
    if request.method != "POST" and _proven(request, business, now=now):
        return go_to(request, "self_service:data_mine", business=business.slug)
    form = SignInForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 200 if request.method != "POST" else 422
        context = {**frame_of(business=business), "form": form}
        return render_page(request, "self_service/data.html", None, context, status=status)
    require_room(hits=[Hit(rules.LINKS_PER_NETWORK, client_network(request))], now=now)
    address = form.cleaned_data["email"]
    privacy.ask_for_data(
        business=business,
        email=address,
        # Too many for one address is no news to whoever typed it: the same answer, and no mail.
        mails=not count_hits(hits=[Hit(rules.LINKS_PER_EMAIL, address)], now=now),
        form_key=passing_key_of(request, business_id=business.pk, now=now),
        now=now,
    )
    return go_to(request, "self_service:data_sent", business=business.slug)


@require_safe
@public_page
def sent(request: HttpRequest, business: Business) -> HttpResponse:
    """The neutral answer."""
    return render_page(request, "self_service/data_sent.html", None, frame_of(business=business))


@require_safe
@never_cache
def exchange(request: HttpRequest, token: str) -> HttpResponse:
    """Trade a link for the right to see the data of one address at one business in this session;
    nothing is used up. Unknown and expired links get one answer alike (rule S3)."""
    asked = find_request(token=token, now=timezone.now())
    if asked is None:
        return render_page(request, "self_service/data_dead.html", None, None, status=404)
    if request.method != "HEAD":
        open_desk_here(request, asked.business_id, asked.pk)
    return go_to(request, "self_service:data_mine", business=asked.business.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@public_page
def mine(request: HttpRequest, business: Business) -> HttpResponse:
    """Show what is kept, and put name and phone right."""
    now = timezone.now()
    email = _proven(request, business, now=now)
    if not email:
        return go_to(request, "self_service:data", business=business.slug)
    kept = read_kept(business=business, email=email)
    if request.method != "POST" or kept.customer is None:
        return _show(request, business, kept, _form_of(business, kept), now=now)
    form = CorrectForm(request.POST, region=business.country)
    if not form.is_valid():
        return _show(request, business, kept, form, now=now, status=422)
    privacy.correct_person(
        business_id=business.pk, customer_id=kept.customer.pk, now=now, **form.cleaned_data
    )
    return go_to(request, "self_service:data_mine", business=business.slug, query={"saved": "1"})


def _form_of(business: Business, kept: Kept) -> CorrectForm | None:
    if kept.customer is None:
        return None
    known = {"name": kept.customer.name, "phone": kept.customer.phone}
    return CorrectForm(region=business.country, initial=known)


def _show(
    request: HttpRequest,
    business: Business,
    kept: Kept,
    form: CorrectForm | None,
    *,
    now: datetime,
    status: int = 200,
) -> HttpResponse:
    context = {
        **frame_of(business=business),
        "kept": kept,
        "form": form,
        "saved": "saved" in request.GET and request.method != "POST",
        "now": now,
    }
    return render_page(request, "self_service/data_mine.html", None, context, status=status)


@require_safe
@never_cache
@public_page
def file(request: HttpRequest, business: Business) -> HttpResponse:
    """Hand out all that the business keeps of the address, as JSON; a HEAD hands out nothing.

    Raises:
        TooMany: too many files for one network (answer 429).
    """
    now = timezone.now()
    email = _proven(request, business, now=now)
    if not email:
        return go_to(request, "self_service:data", business=business.slug)
    hits = [Hit(rules.EXPORTS_PER_NETWORK, client_network(request))]
    require_room_to_read(hits=hits, now=now)
    found = own_data(email=email, now=now, business_id=business.pk)
    text = json.dumps(found, ensure_ascii=False, indent=2)
    return download(text.encode(), "application/json", name=f"my-data-{business.slug}.json")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@public_page
def erase(request: HttpRequest, business: Business) -> HttpResponse:
    """Say what goes and what stays; only the tap on the button erases."""
    now = timezone.now()
    email = _proven(request, business, now=now)
    if not email:
        return go_to(request, "self_service:data", business=business.slug)
    kept = read_kept(business=business, email=email)
    if request.method != "POST":
        found = in_the_way_of(kept, business=business, now=now)
        return _confirm(request, business, kept, found, now=now)
    try:
        privacy.erase_mailbox(business_id=business.pk, email=email, now=now)
    except privacy.StillOpen as refused:
        status = HTTPStatus.CONFLICT
        return _confirm(request, business, kept, refused.in_the_way, now=now, status=status)
    return go_to(request, "self_service:data_erased", business=business.slug)


def _confirm(
    request: HttpRequest,
    business: Business,
    kept: Kept,
    in_the_way: InTheWay,
    *,
    now: datetime,
    status: int = 200,
) -> HttpResponse:
    context = {
        **frame_of(business=business),
        "kept": kept,
        "in_the_way": in_the_way,
        "is_refused": status != HTTPStatus.OK,
        "me_url": reverse("self_service:me") if address_of(request) == kept.email else "",
        "now": now,
    }
    return render_page(request, "self_service/data_erase.html", None, context, status=status)


@require_safe
@public_page
def erased(request: HttpRequest, business: Business) -> HttpResponse:
    """The answer to whoever has erased; it says nothing of anybody."""
    return render_page(request, "self_service/data_erased.html", None, frame_of(business=business))


@require_safe
@never_cache
def everywhere(request: HttpRequest) -> HttpResponse:
    """List the businesses that keep something of the address this browser is signed in with."""
    address = address_of(request)
    if not address:
        return go_to(request, "self_service:sign_in")
    context = {"address": address, "businesses": businesses_that_know(address)}
    return render_page(request, "self_service/data_everywhere.html", None, context)
