"""What every request passes around its view: cookies nobody of ours could have set are none
(rule S11), a guarded section asks who comes in (rule S2), and too many or a busy database are
put into words."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string

from apps.web.kept_text import words_typed
from apps.web.limits import TooMany
from apps.web.refusals import apology, too_many

logger = logging.getLogger("apps.web.guards")
EVERYBODY = frozenset({"*"})
"""The mark of a view that anybody may use, such as the sign-in page inside a section."""
MARK = "guarded_for"


class UnguardedView(ImproperlyConfigured):
    """A view below a guarded section does not say who may use it."""


class Admit(Protocol):
    """Decides whether this person has one of the roles; see the module's text."""

    def __call__(
        self, request: HttpRequest, roles: frozenset[str], view_kwargs: Mapping[str, Any]
    ) -> HttpResponse | None: ...


def roles_of(view: Callable[..., Any]) -> frozenset[str] | None:
    """Return the roles a view is marked with, or None when nobody guarded it."""
    return getattr(view, MARK, None) or getattr(getattr(view, "view_class", None), MARK, None)


class SectionGuardMiddleware:
    """Ask ``admit`` before every view of a guarded section; refuse the views without a mark.

    It works on the path that was resolved, not on what a view remembers to call: a new view is
    closed until somebody opens it (rule S2).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.sections: dict[str, str] = getattr(settings, "GUARDED_SECTIONS", {})

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        _args: list[Any],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        for prefix, dotted_name in self.sections.items():
            if request.path_info.startswith(prefix):
                return self._judge(request, view, kwargs, dotted_name)
        return None

    def _judge(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        kwargs: dict[str, Any],
        dotted_name: str,
    ) -> HttpResponse | None:
        roles = roles_of(view)
        if roles is None:
            return refuse_unguarded(view)
        if roles == EVERYBODY:
            return None
        admit: Admit = import_string(dotted_name)
        return admit(request, roles, kwargs)


def refuse_unguarded(view: Callable[..., Any]) -> HttpResponse:
    """Refuse a view that nobody guarded: loudly while developing, as "not found" in production.

    Raises:
        UnguardedView: with ``DEBUG``.
        Http404: otherwise; the log has the name of the view.
    """
    name = f"{view.__module__}.{getattr(view, '__qualname__', view)}"
    if settings.DEBUG:
        raise UnguardedView(f"{name} does not say who may use it: add @guarded(...)")
    logger.critical("%s is not guarded and refuses to answer", name)
    raise Http404


class RefusalMiddleware:
    """Answer what any view may meet and none has put into words: ``TooMany`` with a 429 page that
    says how long to wait, passing trouble with the database with a 503 page.

    What breaks outside of views (a session, another middleware) comes to ``handler500``, which
    asks ``apology`` as well.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, TooMany):
            return too_many(request, error.retry_after)
        return apology(error, typed=words_typed(request) if request.method == "POST" else ())


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
