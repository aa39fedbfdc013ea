"""What browsers are told about safety: cookies, transport, content policy (rule S7)."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from csp.constants import NONE, SELF
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from bookings_portal.env import Origin

YEAR = 365 * 24 * 3600  # seconds
FORTNIGHT = 14 * 24 * 3600  # seconds
# Pages whose address is a secret or whose content is one person's: no search engine, and no
# referrer for other sites. Pages with forms say "same-origin": under "no-referrer" browsers send
# "Origin: null", and Django refuses every form (CSRF). A link with a token has no form at all.
LINK_PATHS = ("/m/", "/me/in/", "/p/", "/gifts/open/")
RESET_LINK = re.compile(r"/own/sign-in/forgotten/[0-9A-Za-z]+-(?!set-password/)")
"""The address in the mail; it leads on to ``…-set-password/``, where the form is."""
PRIVATE_PATHS = (
    *LINK_PATHS,
    *("/manage/", "/me/", "/book/", "/done/", "/own/", "/plans/", "/gifts/", "/practice/"),
)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}


def _policy(pays_at: Sequence[str]) -> dict[str, Any]:
    directives = CONTENT_SECURITY_POLICY["DIRECTIVES"]
    return {"DIRECTIVES": {**directives, "form-action": [SELF, *pays_at]}}


def browser_settings(
    *, origin: Origin, proxies: int, pays_at: Sequence[str] = ()
) -> dict[str, Any]:
    """The Django settings that differ between http (a demo, a test) and https (production).

    pays_at: whose pages a form may lead on to, because one pays there.
    `__Host-` names make browsers refuse a cookie that a neighbouring host planted; they need https.
    """
    prefix = "__Host-" if origin.is_https else ""
    settings = {
        "CONTENT_SECURITY_POLICY": _policy(pays_at),
        "CSRF_TRUSTED_ORIGINS": [origin.url],
        "CSRF_COOKIE_NAME": f"{prefix}csrf",
        "CSRF_COOKIE_HTTPONLY": True,  # scripts take the token from the page (`hx-headers`)
        "CSRF_COOKIE_SECURE": origin.is_https,
        "CSRF_COOKIE_SAMESITE": "Lax",
        "SESSION_ENGINE": "bookings_portal.sessions",
        "SESSION_COOKIE_NAME": f"{prefix}session",
        "SESSION_COOKIE_AGE": FORTNIGHT,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SECURE": origin.is_https,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SECURE_SSL_REDIRECT": origin.is_https,
        "SECURE_REDIRECT_EXEMPT": [r"^(healthz|readyz)$"],  # probes speak plain http
        "SECURE_HSTS_SECONDS": YEAR if origin.is_https else 0,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": origin.is_https,
        "SECURE_HSTS_PRELOAD": origin.is_https,
        "SECURE_REFERRER_POLICY": "strict-origin-when-cross-origin",
        "X_FRAME_OPTIONS": "DENY",
    }
    if proxies:
        settings["SECURE_PROXY_SSL_HEADER"] = ("HTTP_X_FORWARDED_PROTO", "https")
    return settings


def add_headers(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: the headers Django has no setting for. A view's own choice wins."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        headers = response.headers
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), payment=(self)")
        if request.path.startswith(PRIVATE_PATHS):
            secret = request.path.startswith(LINK_PATHS) or RESET_LINK.match(request.path)
            headers.setdefault("Referrer-Policy", "no-referrer" if secret else "same-origin")
            headers.setdefault("X-Robots-Tag", "noindex")
        return response

    return middleware
