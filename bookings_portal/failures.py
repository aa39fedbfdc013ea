"""What a person sees when something broke: words, and the number under which the log has it.

Every exception that no view and no middleware answered comes here, whatever raised it: this is
where a database that is away becomes a calm 503 on all pages, sessions and sign-in included.
"""

import sys

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template import loader

from apps.web.refusals import apology
from bookings_portal.request_log import request_id


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
