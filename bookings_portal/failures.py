"""What a person sees when something broke: words, and the number under which the log has it."""

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template import loader

from bookings_portal.request_log import request_id


def server_error(request: HttpRequest) -> HttpResponse:
    """Render the 500 page without the database, the session or any context processor."""
    del request  # whatever broke may have broken it too
    page = loader.get_template("500.html").render({"request_id": request_id.get()})
    response = HttpResponseServerError(page)
    response.headers["Cache-Control"] = "no-store"
    return response
