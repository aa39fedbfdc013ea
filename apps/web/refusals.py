"""What any page can refuse: too many, a form that is not ours, no such page (429, 403, 404); and a
database that is busy or away: words and a moment to wait (503), never an error of ours (500).

Only trouble that passes by itself is told apart here. A wrong statement, a missing table and a
broken file stay loud: waiting mends none of them.
"""

import logging
from collections.abc import Sequence
from enum import StrEnum
from http import HTTPStatus

import psycopg
from django.db import Error, InterfaceError, ProgrammingError
from django.http import Http404, HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import ngettext

from apps.kernel.refusals import Refusal
from apps.web.http import instead_of_the_page, render_page
from apps.web.kept_text import AROUND, page_around, typed_again, words_typed

logger = logging.getLogger("apps.web.refusals")
BUSY_STATES = frozenset(("55P03", "57014", "40P01", "40001", "25P03", "25P04"))
"""Lock, statement and idle time-outs, deadlocks, serialization: others were quicker."""
AWAY_STATES = frozenset(("25006",))
"""Read only, as while a replica is being promoted."""
AWAY_CLASSES = ("08", "53", "57", "58")
"""Connection, resources (connections, disk, memory), shut down or starting, system trouble."""
SQLITE_BUSY = frozenset((5, 6))  # SQLITE_BUSY, SQLITE_LOCKED
SQLITE_AWAY = frozenset((8, 10, 13, 14))  # READONLY, IOERR, FULL, CANTOPEN
PRIMARY = 0xFF
"""The low byte of SQLite's extended result codes is the primary one."""
MINUTE = 60


class Busy(Refusal):
    """Somebody else has what we want at this moment; asking again soon helps."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class Trouble(StrEnum):
    """Trouble with the database that passes by itself."""

    BUSY = "BUSY"
    AWAY = "AWAY"


RETRY_AFTER = {Trouble.BUSY: "2", Trouble.AWAY: "15"}  # seconds


def trouble_with(error: BaseException | None) -> Trouble | None:
    """Say which passing trouble an exception tells of; None for all that should stay loud."""
    if isinstance(error, Busy):
        return Trouble.BUSY
    if not isinstance(error, Error):
        return None
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    if code is not None:
        return _by_code(code & PRIMARY)
    if isinstance(error, InterfaceError | ProgrammingError):
        # The connection broke earlier in this request: "connection already closed", "cannot open
        # a new connection in an atomic block".
        return Trouble.AWAY if "connection" in str(error) else None
    said = error.__cause__
    return _by_state(said.sqlstate) if isinstance(said, psycopg.Error) else None


def is_busy(error: BaseException) -> bool:
    """Tell a wait that some time-out ended from every other trouble with the database."""
    return trouble_with(error) is Trouble.BUSY


def apology(error: BaseException | None, *, typed: Sequence[str] = ()) -> HttpResponse | None:
    """The 503 page for passing trouble, None for everything else.

    Rendered without the request: its session and its user are in the database, too. typed is what
    somebody sent, to be copied.
    """
    trouble = trouble_with(error)
    if trouble is None:
        return None
    logger.warning("the database is %s: %s", trouble.lower(), " ".join(str(error).split())[:300])
    page = loader.get_template("503.html").render({"busy": trouble is Trouble.BUSY, "typed": typed})
    response = HttpResponse(page, status=503)
    response.headers["Retry-After"] = RETRY_AFTER[trouble]
    response.headers["Cache-Control"] = "no-store"
    return response


def _by_code(code: int) -> Trouble | None:
    if code in SQLITE_BUSY:
        return Trouble.BUSY
    return Trouble.AWAY if code in SQLITE_AWAY else None


def _by_state(state: str | None) -> Trouble | None:
    """Without a state no server answered: there was no connection, or it broke."""
    if state in BUSY_STATES:
        return Trouble.BUSY
    if state is None or state in AWAY_STATES or state.startswith(AWAY_CLASSES):
        return Trouble.AWAY
    return None


def too_many(request: HttpRequest, retry_after: int) -> HttpResponse:
    """Render the 429 page or fragment, with what was typed to be copied. ``retry_after`` is in
    seconds."""
    words = words_typed(request) if request.method == "POST" else []
    response = render_page(
        request,
        "429.html",
        "web/_too_many.html",
        {"wait_words": wait_in_words(retry_after), "typed": words},
        status=429,
    )
    response.headers["Retry-After"] = str(retry_after)
    response.headers["Cache-Control"] = "no-store"
    return response


class NotOpenHere(Http404):
    """The page of a booking that this browser has not opened, or that there is not: the same answer
    for both, which leads on."""


def wait_in_words(seconds: int) -> str:
    """Say a wait in whole minutes, rounded up, or in hours from two hours on."""
    minutes = max(1, -(-seconds // MINUTE))
    if minutes < 2 * MINUTE:
        return ngettext("%d minute", "%d minutes", minutes) % minutes
    hours = -(-minutes // MINUTE)
    return ngettext("%d hour", "%d hours", hours) % hours


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without a valid token (settings.CSRF_FAILURE_VIEW): 403, and what to do.

    A page of our own that grew old, as by a sign-in in another tab, or whose cookie went, gives
    back what was typed: a button sends it to the same address with a token that fits. What another
    site sent is not shown. A part of a page that htmx asks for gives way to this page as a whole.
    """
    del reason  # for developers only: it would tell a person nothing
    context = {"typed": typed_again(request), "around": page_around(request), "field": AROUND}
    response = render_page(request, "403.html", None, context, status=403)
    response.headers["Cache-Control"] = "no-store"
    return instead_of_the_page(request, response)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what is not there (handler404), or not for this browser, whose cookie may have gone
    while somebody typed: what they typed is there to be copied."""
    words = words_typed(request) if request.method == "POST" else []
    # Nothing else of it is told: what was looked for is nobody's business.
    context = {"typed": words, "is_booking": isinstance(exception, NotOpenHere)}
    response = render_page(request, "404.html", None, context, status=404)
    response.headers["Cache-Control"] = "no-store"
    return response
