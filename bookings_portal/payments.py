"""Settings of the payment provider, judged at start. No sentence here repeats a secret."""

import os
import re
from dataclasses import dataclass, field
from importlib.util import find_spec
from urllib.parse import urlsplit

from bookings_portal.env import BadSetting, Origin

PAGES = "https://checkout.stripe.com"
SECRET_KEY = re.compile(r"(sk|rk)_(test|live)_[A-Za-z0-9_]{4,}")
WEBHOOK_SECRET = re.compile(r"whsec_[A-Za-z0-9_+/=-]{4,}")
LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))
MAX_SECRETS = 2


@dataclass(frozen=True, slots=True)
class StripeSettings:
    """Everything empty where nobody speaks to Stripe. pays_at are the origins of its pages."""

    secret_key: str = field(default="", repr=False)
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    api_base: str = ""
    pays_at: tuple[str, ...] = ()


def read_stripe(*, provider: str, origin: Origin) -> StripeSettings:
    """STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRETS and STRIPE_API_BASE: needed with
    PAYMENT_PROVIDER=stripe; with another provider or none they serve to settle and refund what
    Stripe took before, and may be missing.

    Raises:
        BadSetting: with a sentence; a live key without https, or a missing SDK, is one too.
    """
    if provider != "stripe" and not _is_left_from_before():
        return StripeSettings()
    if find_spec("stripe") is None:
        raise BadSetting(
            "PAYMENT_PROVIDER=stripe needs Stripe's package: install requirements-stripe.txt."
        )
    base = _read_base()
    return StripeSettings(
        secret_key=_read_key(origin),
        webhook_secrets=_read_secrets(),
        api_base=base,
        pays_at=(base or PAGES,),
    )


def _is_left_from_before() -> bool:
    return bool(os.environ.get("STRIPE_SECRET_KEY", "").strip()) and find_spec("stripe") is not None


def _read_key(origin: Origin) -> str:
    key = os.environ.get("STRIPE_SECRET_KEY", "").strip()
    if not SECRET_KEY.fullmatch(key):
        raise BadSetting(
            "STRIPE_SECRET_KEY must be a secret or restricted key of Stripe: sk_live_... or "
            "rk_live_..., or with test in place of live."
        )
    if "_live_" in key[:8] and not origin.is_https:
        raise BadSetting("STRIPE_SECRET_KEY takes real money: PORTAL_ORIGIN has to be https.")
    return key


def _read_secrets() -> tuple[str, ...]:
    """Two while one is being exchanged for the next."""
    parts = os.environ.get("STRIPE_WEBHOOK_SECRETS", "").split(",")
    secrets = tuple(part.strip() for part in parts if part.strip())
    if not 1 <= len(secrets) <= MAX_SECRETS or not all(map(WEBHOOK_SECRET.fullmatch, secrets)):
        raise BadSetting(
            "STRIPE_WEBHOOK_SECRETS must be one signing secret (whsec_...), or two with a comma."
        )
    return secrets


def _read_base() -> str:
    base = os.environ.get("STRIPE_API_BASE", "").strip().rstrip("/")
    parts = urlsplit(base)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if base and (not is_safe or not parts.hostname or parts.path or parts.query):
        raise BadSetting("STRIPE_API_BASE must be an https origin, or http on this machine.")
    return base
