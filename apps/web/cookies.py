"""Cookies nobody of ours could have set are none (rule S11)."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase


def drop_broken_cookies(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: forget cookies with invisible characters before anything looks them up.

    A quoted cookie may carry any byte, also a NUL, and PostgreSQL answers a session key with one
    by an error of its own.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        for name, value in list(request.COOKIES.items()):
            if not (name.isprintable() and value.isprintable()):
                del request.COOKIES[name]
        return get_response(request)

    return middleware
