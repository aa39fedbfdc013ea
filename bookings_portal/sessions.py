"""A sign-in that nobody uses ends: after 12 hours for teams, after 30 minutes for operators.

Only the sign-in goes. What the same browser may do as a customer (its holds, the bookings whose
link it opened) has its own life in the session and stays.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from apps.bookings.visitors import GRANTS
from apps.web.kept_text import ENDED_FOR

SEEN = "signed_in_seen"
TEAM_REST = timedelta(hours=12)
OPERATOR_REST = timedelta(minutes=30)
NOTED_EVERY = timedelta(minutes=1)
"""A busy page must not write the session each time."""


def end_idle_sign_ins(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: on pages behind the sign-in, end one that has rested too long, note the others.

    Parts of a page that ask again by themselves are no use by a person: an open tab in an empty
    office keeps nobody signed in.
    """
    guarded = (*settings.GUARDED_SECTIONS, f"/{settings.OPERATOR_PATH}")

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(guarded) and request.user.is_authenticated:
            _judge(request, now=timezone.now())
        return get_response(request)

    return middleware


def has_rested_too_long(*, seen_at: datetime, is_operator: bool, now: datetime) -> bool:
    """Whether a sign-in that was last used at ``seen_at`` (UTC) is over."""
    return now - seen_at >= (OPERATOR_REST if is_operator else TEAM_REST)


def _judge(request: HttpRequest, *, now: datetime) -> None:
    seen_at = _seen_at(request)
    is_operator = bool(getattr(request.user, "is_staff", False))
    if seen_at and has_rested_too_long(seen_at=seen_at, is_operator=is_operator, now=now):
        _end(request)
    elif seen_at is None or (now - seen_at >= NOTED_EVERY and not _asks_by_itself(request)):
        request.session[SEEN] = int(now.timestamp())


def _seen_at(request: HttpRequest) -> datetime | None:
    seconds = request.session.get(SEEN)
    return datetime.fromtimestamp(seconds, tz=UTC) if isinstance(seconds, int) else None


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
