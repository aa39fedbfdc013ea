"""A guarded section: every view below it says who may use it, or it does not answer at all.

The section knows no business words. ``settings.GUARDED_SECTIONS`` maps the beginning of a path to
the dotted name of the function that admits people::

    GUARDED_SECTIONS = {"/own/": "apps.dashboard.access.admit"}

``admit(request, roles, view_kwargs)`` returns None to let the request in, and may put what it found
on the request; or it returns the refusing response (303 to sign in), or raises Http404.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, TypeVar

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.module_loading import import_string

logger = logging.getLogger("apps.web.guards")

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

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


def guarded(*roles: str) -> Callable[[View], View]:
    """Mark a view with the roles that may use it, e.g. ``@guarded("OWNER", "MANAGER")``.

    Raises:
        ValueError: no role is named. For everybody there is ``open_to_everybody``.
    """
    if not roles:
        raise ValueError("name at least one role")

    def mark(view: View) -> View:
        setattr(view, MARK, frozenset(roles))
        return view

    return mark


def open_to_everybody(view: View) -> View:
    """Mark a view inside a guarded section that needs no role (sign-in)."""
    setattr(view, MARK, EVERYBODY)
    return view


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


def find_unguarded_views() -> Iterator[str]:
    """Walk all addresses and yield the route of each view in a section that nobody guarded."""
    prefixes = tuple(p.lstrip("/") for p in getattr(settings, "GUARDED_SECTIONS", {}))
    for route, view in walk_urls(get_resolver()):
        if route.startswith(prefixes) and prefixes and roles_of(view) is None:
            yield route


def walk_urls(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield every route of the project with its view, e.g. ``own/<slug:business>/``."""
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLResolver):
            yield from walk_urls(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.callback


def check_guards(**_kwargs: Any) -> list[CheckMessage]:
    """System check ``web.E001``: one error for each view of a section that nobody guarded."""
    return [
        Error(f"{route} does not say who may use it", hint="Add @guarded(...).", id="web.E001")
        for route in find_unguarded_views()
    ]
