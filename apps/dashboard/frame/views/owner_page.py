"""What every owner page has: a right that opens it, an answer to what is not there and to what is
refused, and the frame around it, never kept by any cache."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.core.exceptions import ObjectDoesNotExist
from django.forms import Form
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.businesses.pages import links_of
from apps.checkout.gifts import holds_gift_code
from apps.dashboard.access import Access, OwnerRequest
from apps.dashboard.frame.queries.frame import Frame, get_frame
from apps.dashboard.frame.views.restored_text import restore_text
from apps.dashboard.roles import Right, roles_with
from apps.kernel.refusals import Refusal
from apps.web.guards import guarded
from apps.web.http import go_to, instead_of_the_page, render_page, wants_fragment
from apps.web.kept_text import take_text, words_typed
from apps.web.limits import TooMany
from apps.web.refusals import Busy

logger = logging.getLogger("apps.dashboard")

P = ParamSpec("P")
View = Callable[..., HttpResponse]
SAFE = ("GET", "HEAD")


def owner_page(
    right: Right, *methods: str
) -> Callable[[Callable[Concatenate[OwnerRequest, P], HttpResponse]], View]:
    """Open a view to the roles with a right, by GET unless other methods are named ("POST", or
    "GET", "POST").

    The view is called with what stands in the address behind the business, which is
    ``request.access.business``. Any row that it looks for and that is not there is 404. What is
    refused and not told by the view itself is told on a page of its own, by the code and the status
    of the refusal, with what was typed to be copied.
    """

    def open_to(view: Callable[Concatenate[OwnerRequest, P], HttpResponse]) -> View:
        @require_http_methods([*methods, "HEAD"] if "GET" in methods else [*(methods or SAFE)])
        @guarded(*roles_with(right))
        @wraps(view)
        def page(request: OwnerRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> Any:
            del slug
            try:
                return view(request, *args, **kwargs)
            except ObjectDoesNotExist as missing:
                logger.info("%s: %s", view.__qualname__, missing)
                raise Http404 from missing
            except (Busy, TooMany):
                raise  # the middleware answers it alike on every page
            except Refusal as refusal:
                return show_refusal(request, refusal)

        page.right = right  # type: ignore[attr-defined]
        return page

    return open_to


def show_refusal(request: OwnerRequest, refusal: Refusal) -> HttpResponse:
    """Say that nothing was changed, on a page of its own: the last net below what pages say
    themselves.

    Raises:
        Http404: what is refused is not there.
    """
    if refusal.status == HTTPStatus.NOT_FOUND:
        raise Http404 from refusal
    typed = words_typed(request) if request.method == "POST" else []
    context = {"code": refusal.code, "typed": typed}
    page, now = "dashboard/not_changed.html", timezone.now()
    response = show(request, page, context, now=now, status=refusal.status)
    return instead_of_the_page(request, response)


def to_page(
    request: OwnerRequest,
    name: str,
    *args: object,
    query: Mapping[str, str] | None = None,
    fragment: str | None = None,
) -> HttpResponse:
    """Send the browser to another page of the same business (303, or ``HX-Redirect``)."""
    slug = request.access.business.slug
    return go_to(request, f"dashboard:{name}", slug, *args, query=query, fragment=fragment)


def show(
    request: OwnerRequest,
    page: str,
    context: Mapping[str, Any],
    *,
    now: datetime,
    fragment: str | None = None,
    frame: Frame | None = None,
    current: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render a page or its fragment with clock, language and frame of the business."""
    shown = {**_frame(request.access, frame, current, now=now), "now": now, **context}
    if request.method == "GET" and not wants_fragment(request):
        kept = take_text(request, now=now)
        shown["restored"] = restore_text(kept, context) if kept else None
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
        "conflicts": frame.conflicts,
        "moves": frame.moves,
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
        "privacy_url": page("privacy", Right.SETTINGS),
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
    request: OwnerRequest, name: str, words: str, **filters: object
) -> HttpResponse | None:
    """Send a search that was posted to an address of its own, and one that has the number of a gift
    card in its address to the list without it; None where it is answered in place: it was read at
    its address, or may hold such a number and was posted (rule M15)."""
    is_code, is_posted = holds_gift_code(words), request.method == "POST"
    if is_code is is_posted:
        return None
    query = {} if is_code else {key: str(it) for key, it in {"q": words, **filters}.items() if it}
    return to_page(request, name, query=query)


class Incomplete(Refusal):
    """A form without what it needs, or with what cannot be read."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


def required(form: Form) -> dict[str, Any]:
    """What a form holds, by its fields.

    Raises:
        Incomplete: something is missing, or cannot be read; the form says what.
    """
    if not form.is_valid():
        raise Incomplete
    return form.cleaned_data
