"""How long a page waits for the provider's word: every two seconds by htmx for a minute, without
scripts every five seconds, ten times (ux.md C10)."""

from django.http import HttpRequest, HttpResponse

MOST_LOOKS = 30
PLAIN_LOOKS, PLAIN_SECONDS = 10, 5
DIGITS = 3


def looks_of(request: HttpRequest) -> int:
    """How often this page has looked already."""
    raw = request.GET.get("looks", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= DIGITS else 0


def goes_on(looks: int) -> bool:
    """Whether it looks once more."""
    return looks < MOST_LOOKS


def again_later(request: HttpRequest, response: HttpResponse, looks: int) -> HttpResponse:
    """Have a browser without scripts look again by itself."""
    if looks < PLAIN_LOOKS and not request.headers.get("HX-Request"):
        response.headers["Refresh"] = f"{PLAIN_SECONDS}; url={request.path}?looks={looks + 1}"
    return response
