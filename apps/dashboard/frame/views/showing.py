"""How every owner page is shown: its frame around it, never kept by any cache."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse

from apps.businesses.pages import links_of
from apps.checkout.gifts import holds_gift_code
from apps.dashboard.access import Access, OwnerRequest
from apps.dashboard.frame.queries.frame import Frame, get_frame
from apps.dashboard.given_back import give_back
from apps.dashboard.roles import Right
from apps.web.http import go_to, render_page, wants_fragment
from apps.web.kept_text import take_text


def show(
    request: OwnerRequest,
    page: str,
    fragment: str | None,
    context: Mapping[str, Any],
    *,
    now: datetime,
    frame: Frame | None = None,
    current: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render a page or its fragment with clock, language and frame of the business."""
    shown = {**_frame(request.access, frame, current, now=now), "now": now, **context}
    if request.method == "GET" and not wants_fragment(request):
        kept = take_text(request, now=now)
        shown["given_back"] = give_back(kept, context) if kept else None
    response = render_page(request, page, fragment, shown, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _frame(access: Access, frame: Frame | None, current: str, *, now: datetime) -> dict[str, Any]:
    business = access.business
    links = links_of(business)
    return {
        "business": business,
        "links": {"accent_css": links["accent_css"] if business.is_public else ""},
        "zone": business.zone,
        "locale": business.locale,
        "rights": {right.value for right in access.rights},
        "nav": navigation(access, frame or get_frame(access=access, now=now), current),
    }


def navigation(access: Access, frame: Frame, current: str) -> Mapping[str, Any]:
    """Addresses of the rail and the tabs, with the count on the inbox; None for what this person
    may not open."""
    slug = access.business.slug

    def page(name: str, right: Right = Right.LOOK) -> str | None:
        return reverse(f"dashboard:{name}", args=[slug]) if access.may(right) else None

    return {
        "current": current,
        "waiting": frame.waiting,
        "clashes": frame.clashes,
        "today_url": page("today"),
        "agenda_url": page("agenda"),
        "requests_url": page("requests", Right.DECIDE),
        "classes_url": page("classes") if frame.has_classes else None,
        "money_url": page("takings", Right.SEE_MONEY),
        "coupons_url": page("coupons", Right.COUPONS),
        "plans_url": page("plans", Right.SELL),
        "gifts_url": page("gift_cards", Right.SELL),
        "services_url": page("services", Right.PRICES),
        "places_url": page("clocks", Right.SETTINGS),
        "page_url": links_of(access.business)["home"],
        "safety_url": reverse("mfa_index"),
        "sign_out_url": reverse("account_logout"),
        "switch_url": reverse("dashboard:choose_business") if frame.has_other_businesses else None,
    }


def rest_of_address(**filters: object) -> str:
    """The filters of a list as its next page needs them before "page=": "q=ana&" or nothing. What
    may be the number of a gift card stands in no address (rule M15)."""
    given = {name: it for name, it in filters.items() if it and not holds_gift_code(str(it))}
    return f"{urlencode(given)}&" if given else ""


def redirect_search(
    request: OwnerRequest, url_name: str, words: str, **filters: object
) -> HttpResponse | None:
    """Send a search that was posted to an address of its own, and one that has the number of a gift
    card in its address to the list without it; None where it is answered in place: it was read at
    its address, or may hold such a number and was posted (rule M15)."""
    is_code, is_posted = holds_gift_code(words), request.method == "POST"
    if is_code is is_posted:
        return None
    query = {} if is_code else {name: str(it) for name, it in {"q": words, **filters}.items() if it}
    return go_to(request, url_name, request.access.business.slug, query=query)
