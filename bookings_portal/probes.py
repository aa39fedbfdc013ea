"""Two questions a machine asks: are you alive, and can you serve?"""

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from apps.availability.triggers import missing_guards
from bookings_portal.clock import clock_trouble
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
