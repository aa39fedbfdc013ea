"""Who gets into the owner section (rule S2, settings.GUARDED_SECTIONS)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from apps.businesses.queries import get_membership
from apps.dashboard.desk import open_desk
from apps.web.http import go_to, instead_of_the_page, own_path, wants_fragment
from apps.web.kept_text import keep_text, page_around


def admit(
    request: HttpRequest, roles: frozenset[str], view_kwargs: Mapping[str, Any]
) -> HttpResponse | None:
    """Let members of the business in and put their desk on the request.

    Logged out: 303 to the sign-in, HX-Redirect for a fragment. A stranger gets the 404 of a
    business that does not exist; a member whose role may not do this gets 403, because that the
    page exists is no secret to them. An address without a business only asks for a sign-in.

    Raises:
        Http404: this person has no role in the business of the address.
    """
    user = request.user
    if isinstance(user, AnonymousUser):
        keep_text(request, now=timezone.now())
        return ask_to_sign_in(request)
    slug = view_kwargs.get("slug")
    if slug is None:
        return None
    member = get_membership(user=user, slug=slug)
    if member is None:
        raise Http404
    if member.role not in roles:
        return refuse_role(request)
    request.desk = open_desk(member=member)  # type: ignore[attr-defined]
    return None


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send somebody to the sign-in, and back to the page they wanted afterwards."""
    response = go_to(request, "account_login", query={"next": _page_wanted(request)})
    add_never_cache_headers(response)
    return response


def refuse_role(request: HttpRequest) -> HttpResponse:
    """Say that the role may not do this (403)."""
    response = render(request, "dashboard/refused.html", status=403)
    add_never_cache_headers(response)
    return instead_of_the_page(request, response)


def _page_wanted(request: HttpRequest) -> str:
    """The page itself; for a fragment or a form that was sent the page around it."""
    home = reverse("dashboard:choose_business")
    if wants_fragment(request):
        around = urlsplit(request.headers.get("HX-Current-URL", ""))
        return own_path(around.path, default=home)
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    return page_around(request) or home
