"""A database that others keep busy: words and a moment to wait, never a 500 (503)."""

from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from apps.web.http import render_page

LOCK_NOT_AVAILABLE = "55P03"
RETRY_AFTER = "2"  # seconds


def is_lock_timeout(error: OperationalError) -> bool:
    """Tell a lock that took too long from every other trouble with the database."""
    state = getattr(error.__cause__, "sqlstate", None)
    return state == LOCK_NOT_AVAILABLE or "database is locked" in str(error)


class BusyMiddleware:
    """Answer a lock time-out that no operation has put into words with the 503 page.

    SQLite queues at the beginning of a transaction, before any operation can translate it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not (isinstance(error, OperationalError) and is_lock_timeout(error)):
            return None
        response = render_page(request, "503.html", status=503)
        response.headers["Retry-After"] = RETRY_AFTER
        response.headers["Cache-Control"] = "no-store"
        return response
