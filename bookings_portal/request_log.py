"""One JSON line per request and per record, with an id, without secrets (rule D3).

Times are UTC. Bodies, query strings, cookies and addresses of people are never written; the token
in `/m/<token>`, `/p/<token>` and the like is replaced before a record leaves the process.
"""

import json
import logging
import re
import secrets
import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

SECRET_PATH = re.compile(
    r"(/m/(?:(?:calendar|data|offer|pay|time)/)?|/me/in/|/p/|/gifts/open/|/sign-in/forgotten/[0-9A-Za-z]+-)[^/\s\"'?]+"
)
SAFE_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
request_id: ContextVar[str] = ContextVar("request_id", default="")
logger = logging.getLogger("portal.request")


def scrub(text: str) -> str:
    """The same text with link tokens replaced by `***`."""
    return SECRET_PATH.sub(r"\1***", text)


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON; json escapes line breaks, so nobody can forge a second line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": scrub(record.getMessage()),
        }
        if current := request_id.get():
            line["request_id"] = current
        line |= getattr(record, "facts", {})
        if record.exc_info:
            line["trace"] = scrub(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """A record as lines for a developer, without secrets as well."""

    def format(self, record: logging.LogRecord) -> str:
        return scrub(super().format(record))


def log_requests(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: give the request an id, answer with it, write one line when it is done."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        current = given if SAFE_REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        mark = request_id.set(current)
        started = time.perf_counter()
        try:
            response = get_response(request)
            response.headers["X-Request-ID"] = current
            logger.info("request", extra={"facts": _facts(request, response, started)})
        finally:
            request_id.reset(mark)
        return response

    return middleware


def _facts(request: HttpRequest, response: HttpResponseBase, started: float) -> dict[str, Any]:
    return {
        "method": request.method,
        "path": scrub(request.path),
        "status": response.status_code,
        "ms": round((time.perf_counter() - started) * 1000, 1),
    }


def logging_config(*, level: str, as_text: bool) -> dict[str, Any]:
    """Django's LOGGING: everything to standard error, as JSON unless a developer reads it."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "bookings_portal.request_log.JsonFormatter"},
            "text": {
                "()": "bookings_portal.request_log.TextFormatter",
                "format": "{levelname} {name} {message}",
                "style": "{",
            },
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "text" if as_text else "json",
            }
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            # 4xx are the visitor's affair and stand in our own line; errors keep their trace.
            "django.request": {"level": "ERROR"},
            # Stripe's own lines repeat what was asked, and the end of a wrong key.
            "stripe": {"level": "WARNING"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
        },
    }
