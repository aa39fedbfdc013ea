"""A sign-in that nobody uses ends: after 12 hours for teams, after 30 minutes for operators.

When it was last used stands in a signed mark in the browser, not in the session: a page that is
only read writes nothing. Only the sign-in goes. What the same browser may do as a customer (its
holds, the bookings whose link it opened) has its own life in the session and stays.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.core import signing
from django.db import OperationalError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from apps.bookings.visitors import GRANTS
from apps.web.kept_text import ENDED_FOR, WAS_SIGNED_IN, store_text

SEEN = "signed_in_seen"
"""In the session: the second of the sign-in, which also ties the mark of the browser to it."""
SALT = "bookings_portal.seen"
TEAM_REST = timedelta(hours=12)
OPERATOR_REST = timedelta(minutes=30)
NOTED_EVERY = timedelta(minutes=1)
"""Not every answer needs a cookie."""


class SessionStore(db.SessionStore):
    """Django's own (``SESSION_ENGINE``), which takes every trouble with the database for a session
    that is gone, and says 400: trouble that passes stays what it is, and is told as such."""

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's signature
        """As Django.

        Raises:
            OperationalError: the database is busy or away.
        """
        try:
            super().save(must_create=must_create)
        except UpdateError as gone:
            if isinstance(gone.__context__, OperationalError):
                raise gone.__context__ from gone.__context__.__cause__
            raise


def end_idle_sign_ins(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: on pages behind the sign-in, end one that has rested too long, note the others.

    Parts of a page that ask again by themselves are no use by a person: an open tab in an empty
    office keeps nobody signed in.
    """
    operators = f"/{settings.OPERATOR_PATH}"
    guarded = (*settings.GUARDED_SECTIONS, operators)

    def middleware(request: HttpRequest) -> HttpResponseBase:
        is_use = False
        if request.path_info.startswith(guarded):
            if request.user.is_authenticated:
                is_use = _judge(request, now=timezone.now())
            else:
                setattr(request, WAS_SIGNED_IN, _whose_mark(request))
        response = get_response(request)
        if is_use and request.user.is_authenticated:
            _mark(request, response, now=timezone.now())
        is_sent_away = response.status_code == HTTPStatus.FOUND and not request.user.pk
        if is_sent_away and request.path_info.startswith(operators):
            store_text(request, now=timezone.now())  # what forged its token was refused before
        return response

    return middleware


def has_rested_too_long(*, seen_at: datetime, is_operator: bool, now: datetime) -> bool:
    """Whether a sign-in that was last used at ``seen_at`` (UTC) is over."""
    return now - seen_at >= (OPERATOR_REST if is_operator else TEAM_REST)


def _judge(request: HttpRequest, *, now: datetime) -> bool:
    """End what has rested too long; say whether this is a use to be noted."""
    seen_at = _seen_at(request)
    if seen_at is None:  # of a version that noted nothing
        request.session[SEEN] = int(now.timestamp())
        return False
    is_operator = bool(getattr(request.user, "is_staff", False))
    if has_rested_too_long(seen_at=seen_at, is_operator=is_operator, now=now):
        _end(request)
        return False
    is_due = now - seen_at >= NOTED_EVERY or _cookie() not in request.COOKIES
    return is_due and not _asks_by_itself(request)


def _seen_at(request: HttpRequest) -> datetime | None:
    """The last use, in whole seconds: that of the mark, if it is one of this very sign-in."""
    since = request.session.get(SEEN)
    if not isinstance(since, int):
        return None
    whose, seconds = _read_mark(request) or (None, since)
    last = max(since, int(seconds)) if whose == [request.user.pk, since] else since
    return datetime.fromtimestamp(last, tz=UTC)


def _whose_mark(request: HttpRequest) -> int | None:
    """Who was signed in here when the session was still there."""
    whose, _seconds = _read_mark(request) or (None, 0)
    return whose[0] if whose else None


def _read_mark(request: HttpRequest) -> tuple[list[int], int] | None:
    """Of which sign-in (account, since), and when it was last used; nothing when forged."""
    try:
        whose, seconds = signing.loads(request.COOKIES.get(_cookie(), ""), salt=SALT)
        return [int(it) for it in whose], int(seconds)
    except (signing.BadSignature, TypeError, ValueError):
        return None


def _mark(request: HttpRequest, response: HttpResponseBase, *, now: datetime) -> None:
    whose = [request.user.pk, request.session.get(SEEN)]
    response.set_cookie(
        _cookie(),
        signing.dumps([whose, int(now.timestamp())], salt=SALT),
        max_age=settings.SESSION_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _cookie() -> str:
    return "__Host-seen" if settings.SESSION_COOKIE_SECURE else "seen"


def _asks_by_itself(request: HttpRequest) -> bool:
    """The live parts of a page send the version that they show."""
    return "HX-Request" in request.headers and "If-None-Match" in request.headers


def _end(request: HttpRequest) -> None:
    """Sign out under a new key, and keep what the browser may do without a sign-in, and whose text
    may be given back."""
    kept = {name: request.session[name] for name in GRANTS if name in request.session}
    kept[ENDED_FOR] = request.user.pk
    logout(request)
    request.session.update(kept)
