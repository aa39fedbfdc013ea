"""What no app answers: are you alive, can you serve? And what a person sees when something broke:
words, and the number under which the log has it.

Every exception that no view and no middleware answered comes here, whatever raised it: this is
where a database that is away becomes a calm 503 on all pages, sessions and sign-in included.
"""

import sys

from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template import loader
from django.views.decorators.http import require_safe

from apps.availability.triggers import missing_guards
from apps.web.refusals import apology
from bookings_portal.clock import clock_trouble
from bookings_portal.request_log import request_id
from bookings_portal.time_limits import missing_limits


@require_safe
def healthz(_: HttpRequest) -> HttpResponse:
    """200 while the process answers at all; a database that is away is no reason to restart it."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(_: HttpRequest) -> HttpResponse:
    """200 when the database answers, refuses double bookings by itself, lets nobody wait for ever
    and agrees about the time, else 503 so that a balancer sends visitors elsewhere."""
    try:
        unguarded, unlimited = missing_guards(), missing_limits()
    except Error:
        return HttpResponse("database unavailable\n", content_type="text/plain", status=503)
    if trouble := clock_trouble():
        return HttpResponse(f"{trouble}\n", content_type="text/plain", status=503)
    if unguarded:
        return HttpResponse("database unguarded\n", content_type="text/plain", status=503)
    if unlimited:
        text = f"database without time limits ({', '.join(unlimited)}): run migrate\n"
        return HttpResponse(text, content_type="text/plain", status=503)
    return HttpResponse("ready\n", content_type="text/plain")


def server_error(request: HttpRequest) -> HttpResponse:
    """Render the 500 page without the database, the session or any context processor; the 503 page
    when the database is busy or away. Django calls this while it handles the exception."""
    del request  # whatever broke may have broken it too
    if passing := apology(sys.exc_info()[1]):
        return passing
    page = loader.get_template("500.html").render({"request_id": request_id.get()})
    response = HttpResponseServerError(page)
    response.headers["Cache-Control"] = "no-store"
    return response
