"""A guarded section: every view below it says who may use it, or it does not answer at all.

The section knows no business words. ``settings.GUARDED_SECTIONS`` maps the beginning of a path to
the dotted name of the function that admits people::

    GUARDED_SECTIONS = {"/own/": "apps.dashboard.access.admit"}

``admit(request, roles, view_kwargs)`` returns None to let the request in, and may put what it found
on the request; or it returns the refusing response (303 to sign in), or raises Http404.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver

from apps.web.middleware import EVERYBODY, MARK, roles_of

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


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
