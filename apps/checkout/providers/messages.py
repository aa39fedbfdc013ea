"""Signed messages of providers: ``t=<Unix seconds>,v1=<hex>`` over ``<t>.<raw body>``, HMAC-SHA256.

The scheme that Stripe made common (rule S12): 300 seconds of tolerance, compared in constant
time, any of several secrets while one is being exchanged for the next. A signature says who sent
a message, not that it makes sense: the body is strictly one JSON object, and whatever we could not
store or compare later is refused, so that no message ends in an error of ours.
"""

import hmac
import json
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from apps.checkout.providers.protocol import ForgedEvent

TOLERANCE = 300
MAX_PARTS = 20


def sign(body: bytes, *, secret: str, at: datetime) -> str:
    """The header for a body that leaves at this instant."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_digest(body, seconds, secret)}"


def is_signed(body: bytes, header: str, *, secrets: Sequence[str], now: datetime) -> bool:
    """Whether one of the secrets signed exactly these bytes within the last five minutes."""
    pairs = [part.partition("=") for part in header.split(",")[:MAX_PARTS]]
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


def read_object(body: bytes) -> dict[str, Any]:
    """The one JSON object in a body.

    Raises:
        ForgedEvent: it is no object, nested too deep, gives a name twice, or has a number that no
            computer counts with (NaN, infinity, thousands of digits).
    """
    try:
        told = json.loads(
            body, object_pairs_hook=_each_once, parse_constant=_refuse, parse_float=_finite
        )
    except (ValueError, RecursionError) as broken:
        raise ForgedEvent("body") from broken
    if not isinstance(told, dict):
        raise ForgedEvent("body")
    return told


def words_in(told: Mapping[str, Any], name: str, *, most: int) -> str:
    """What stands under a name that has to be there: printable text of 1 to ``most`` characters.

    Raises:
        ForgedEvent: it is missing, empty, too long, or no such text.
    """
    words = words_or_none(told, name, most=most)
    if not words:
        raise ForgedEvent(name)
    return words


def words_or_none(told: Mapping[str, Any], name: str, *, most: int) -> str:
    """What stands under a name that may be missing or null ("").

    Raises:
        ForgedEvent: something else than printable text of at most ``most`` characters is there.
    """
    value = told.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > most or not value.isprintable():
        raise ForgedEvent(name)
    return value


def object_in(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object under a name that has to be there.

    Raises:
        ForgedEvent: it is missing or no object.
    """
    value = told.get(name)
    if not isinstance(value, dict):
        raise ForgedEvent(name)
    return value


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError("a name is given twice")
    return told


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number beyond all measure")
    return number


def _refuse(constant: str) -> float:
    raise ValueError(constant)
