"""System checks of our own: what must be true before the portal may serve (rule S7)."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register

from bookings_portal.env import PROBE_OFFSET, PROBE_ZONE, probe_offset


@register()
def check_time_zones(**_: Any) -> list[CheckMessage]:
    """Refuse to start with an old time-zone database: every shown time could be an hour wrong."""
    found = probe_offset()
    if found == PROBE_OFFSET:
        return []
    return [
        checks.Error(
            f"The time-zone database is too old: {PROBE_ZONE} is {found} in December 2026.",
            hint="Install the pinned tzdata package and unset PYTHONTZPATH.",
            id="portal.E001",
        )
    ]


@register(Tags.security, deploy=True)
def check_content_policy(**_: Any) -> list[CheckMessage]:
    """The content security policy is switched on and allows nothing inline."""
    policy = getattr(settings, "CONTENT_SECURITY_POLICY", {}).get("DIRECTIVES", {})
    sources = {source for values in policy.values() for source in values}
    if "csp.middleware.CSPMiddleware" in settings.MIDDLEWARE and policy.get("default-src"):
        return [
            checks.Warning(f"The content security policy allows {source}.", id="portal.W002")
            for source in sorted(sources & {"'unsafe-inline'", "'unsafe-eval'", "*"})
        ]
    return [checks.Warning("There is no content security policy.", id="portal.W001")]


@register(Tags.security, deploy=True)
def check_hosts(**_: Any) -> list[CheckMessage]:
    """Any host name means password mails with an attacker's address in them."""
    if "*" in settings.ALLOWED_HOSTS:
        return [checks.Warning("ALLOWED_HOSTS allows any host: name yours.", id="portal.W003")]
    return []


@register(Tags.security, deploy=True)
def check_proxies(**_: Any) -> list[CheckMessage]:
    """Believing X-Forwarded-Proto without a proxy in front lets anybody claim https."""
    believed = bool(settings.SECURE_PROXY_SSL_HEADER)
    if believed == bool(settings.TRUSTED_PROXY_COUNT):
        return []
    return [
        checks.Warning(
            "The proxy header setting and TRUSTED_PROXY_COUNT disagree.", id="portal.W004"
        )
    ]


@register(Tags.security, deploy=True)
def check_debugging_tools(**_: Any) -> list[CheckMessage]:
    """Nothing that shows the inside of the portal is installed."""
    if settings.DEBUG or "debug_toolbar" in settings.INSTALLED_APPS:
        return [checks.Warning("Debugging tools are switched on.", id="portal.W005")]
    return []
