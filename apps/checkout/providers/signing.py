"""Signed messages of providers: ``t=<Unix seconds>,v1=<hex>`` over ``<t>.<raw body>``, HMAC-SHA256.

The scheme that Stripe made common (rule S12): 300 seconds of tolerance, compared in constant
time, any of several secrets while one is being exchanged for the next.
"""

import hmac
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

TOLERANCE = 300
MOST_PARTS = 20


def sign(body: bytes, *, secret: str, at: datetime) -> str:
    """The header for a body that leaves at this instant."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_digest(body, seconds, secret)}"


def is_signed(body: bytes, header: str, *, secrets: Sequence[str], now: datetime) -> bool:
    """Whether one of the secrets signed exactly these bytes within the last five minutes."""
    pairs = [part.partition("=") for part in header.split(",")[:MOST_PARTS]]
    stamps = [value for name, _is, value in pairs if name.strip() == "t"]
    if len(stamps) != 1 or not (stamps[0].isascii() and stamps[0].isdigit()):
        return False
    seconds = int(stamps[0][:12])
    if abs(int(now.timestamp()) - seconds) > TOLERANCE:
        return False
    given = [value for name, _is, value in pairs if name.strip() == "v1"]
    wanted = [_digest(body, seconds, secret) for secret in secrets if secret]
    return any(
        hmac.compare_digest(one.encode(), other.encode()) for one in given for other in wanted
    )


def _digest(body: bytes, seconds: int, secret: str) -> str:
    return hmac.new(secret.encode(), f"{seconds}.".encode() + body, sha256).hexdigest()
