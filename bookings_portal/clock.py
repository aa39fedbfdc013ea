"""A process whose clock is wrong must not sell: it would end the holds of others, or keep its own.

Every rule about time takes ``now`` from the clock of its process, while rows of several machines
meet in one database. The database's clock is the judge. SQLite has none of its own: whoever writes
into the file sits on the same machine.
"""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template import loader

logger = logging.getLogger("portal.clock")

MAX_DRIFT = 30.0  # seconds
TRUSTED_FOR = 60.0  # seconds after a look that found it right
RETRY_AFTER = "60"
SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
ALWAYS = ("/own/sign-",)
"""Signing in and out sells nothing."""

_right_until = 0.0  # on the monotonic clock


def measure_drift() -> float:
    """How many seconds the database's clock is ahead of ours, at least: the way there and back is
    in favour of ours. 0.0 on SQLite. One query."""
    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        before = time.time()
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
        theirs = float(cursor.fetchone()[0])
        after = time.time()
    return theirs - min(max(theirs, before), after)


def clock_trouble() -> str:
    """One sentence when our clock is wrong, else "". Looks again after a minute, and each time
    while it is wrong."""
    global _right_until  # noqa: PLW0603 - one clock, one process
    if not settings.CHECKS_CLOCK or time.monotonic() < _right_until:
        return ""
    drift = measure_drift()
    if abs(drift) <= MAX_DRIFT:
        _right_until = time.monotonic() + TRUSTED_FOR
        return ""
    way = "behind" if drift > 0 else "ahead of"
    return f"this process's clock is {abs(drift):.0f} s {way} the database's: nothing is sold"


def refuse_to_sell(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: while the clock is wrong, pages can be read and nothing can be sent (503)."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.method in SAFE or request.path_info.startswith(ALWAYS):
            return get_response(request)
        trouble = clock_trouble()
        return _refusal(trouble) if trouble else get_response(request)

    return middleware


def _refusal(trouble: str) -> HttpResponse:
    logger.critical(trouble)
    response = HttpResponse(loader.get_template("clock.html").render(), status=503)
    response.headers["Retry-After"] = RETRY_AFTER
    response.headers["Cache-Control"] = "no-store"
    return response
