"""Parts that ask again every 20 s: an ETag of what they show, and 304 while it is the same."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified


def version_of(*shown: object, now: datetime) -> str:
    """Name what is shown: the read models, and the minute, because words like "3 min ago" age.

    Read models are frozen dataclasses, so that their repr is their whole content.
    """
    minute = int(now.timestamp()) // 60
    return sha256(f"{minute}:{shown!r}".encode()).hexdigest()[:20]


def unless_changed(
    request: HttpRequest, version: str, answer: Callable[[], HttpResponse]
) -> HttpResponse:
    """Answer 304 with nothing when the page shows this version already (RFC 9110 13.1.2)."""
    etag = f'"{version}"'
    if request.headers.get("If-None-Match") == etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = answer()
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "no-store"
    return response
