"""One page, two answers: the whole page, or the fragment htmx asked for (rule W1); and where a
request comes from, as far as limits care."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

VARY = ("HX-Request", "HX-Boosted", "HX-History-Restore-Request")
UNKNOWN = "unknown"


class HtmxRequest(HttpRequest):
    """A request after the middlewares: ``htmx`` is django-htmx's."""

    htmx: HtmxDetails


class HttpResponseSeeOther(HttpResponseRedirect):
    """303: the answer to a POST lies at another address and is read by GET (RFC 9110 15.4.4)."""

    status_code = 303


def wants_fragment(request: HttpRequest) -> bool:
    """Say whether htmx asked for a part of the page.

    Boosted links and pages restored from the history want the whole page. This is about shape and
    never about access: anybody can send the header (rule S7).
    """
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    if htmx is None or not htmx:
        return False
    return not htmx.boosted and not htmx.history_restore_request


def render_page(
    request: HttpRequest,
    page_template: str,
    fragment_template: str | None = None,
    context: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page, or its fragment when htmx wants one; ``Vary`` keeps caches honest (rule D5).

    ``fragment_template`` None means that the page has no fragment. ``status`` is 422 for a form
    with mistakes, 409 for a lost race or a stale revision.
    """
    template = page_template
    if fragment_template is not None and wants_fragment(request):
        template = fragment_template
    response = render(request, template, dict(context or {}), status=status)
    patch_vary_headers(response, VARY)
    return response


def instead_of_the_page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let a whole page that refuses a part (403) take the place of the page around it: htmx would
    put it where the part was, or nowhere."""
    if wants_fragment(request):
        response.headers["HX-Retarget"] = "body"
        response.headers["HX-Reswap"] = "innerHTML show:window:top"
    return response


def go_to(
    request: HttpRequest,
    url_name: str,
    *args: object,
    query: Mapping[str, str] | None = None,
    fragment: str | None = None,
    **kwargs: object,
) -> HttpResponse:
    """Send the browser to a named address: 303, or ``HX-Redirect`` for a request by htmx.

    Only names are taken, never addresses, so that nobody can be sent to a foreign site (rule S16).

    Raises:
        NoReverseMatch: there is no such name.
    """
    url = reverse(url_name, args=args, kwargs=kwargs, query=query, fragment=fragment)
    if wants_fragment(request):
        return HttpResponseClientRedirect(url)
    return HttpResponseSeeOther(url)


def download(content: bytes, content_type: str, *, name: str) -> HttpResponse:
    """Hand out a file to be kept under this name."""
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def own_path(raw: str | None, *, default: str) -> str:
    """Return ``raw`` when it is a path on this site, else ``default`` (rule S16).

    For ``?next=`` and the like: absolute addresses, ``//evil``, ``/\\evil``, line breaks and
    control characters are all foreign.
    """
    if not raw or not raw.startswith("/") or not raw.isprintable():
        return default
    return raw if url_has_allowed_host_and_scheme(raw, allowed_hosts=None) else default


def origin_of(request: HttpRequest) -> str:
    """The scheme and host that the browser asked for, without a slash at the end: what the
    addresses begin with to which a provider sends people back."""
    return request.build_absolute_uri("/").removesuffix("/")


def client_address(request: HttpRequest) -> str:
    """Return the address of the client, or "unknown".

    ``settings.TRUSTED_PROXY_COUNT`` (0) says how many of our own proxies stand before us: that many
    entries are trusted at the right end of X-Forwarded-For, all others were written by the client.
    """
    count = int(getattr(settings, "TRUSTED_PROXY_COUNT", 0))
    raw = request.META.get("REMOTE_ADDR", "")
    if count:
        chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        raw = chain[-count] if len(chain) >= count else raw
    address = _parse(raw)
    return str(address) if address else UNKNOWN


def client_network(request: HttpRequest) -> str:
    """Return the client's network: /24 for IPv4, /64 for IPv6; one home or one office."""
    return network_of(client_address(request))


def network_of(raw: str) -> str:
    """Group an address text to its network text; anything that is no address is "unknown"."""
    address = _parse(raw)
    if address is None:
        return UNKNOWN
    prefix = 24 if address.version == 4 else 64  # noqa: PLR2004 - IP version
    return str(ip_network((address, prefix), strict=False))


def _parse(raw: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(raw.split("%", maxsplit=1)[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address
