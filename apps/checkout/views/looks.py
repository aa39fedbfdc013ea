"""How long a page waits for the provider's word: every two seconds by htmx for a minute, without
scripts every five seconds, ten times."""

from django.http import HttpRequest

MAX_POLLS = 30
PLAIN_LOOKS, PLAIN_SECONDS = 10, 5
DIGITS = 3


def poll_count(request: HttpRequest) -> int:
    """How often this page has looked already."""
    raw = request.GET.get("looks", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= DIGITS else 0


def goes_on(looks: int) -> bool:
    """Whether it looks once more."""
    return looks < MAX_POLLS


def plain_look(request: HttpRequest, looks: int) -> str:
    """What the page's `<noscript>` tells a browser without scripts, to make it look again by
    itself; empty when it has looked often enough. Not the header `Refresh`, which would load the
    page anew under a customer for whom htmx has long brought the news."""
    if looks >= PLAIN_LOOKS:
        return ""
    return f"{PLAIN_SECONDS}; url={request.path}?looks={looks + 1}"
