"""The body of a signed message: strictly one JSON object, and nothing odd in what we take from it.

A signature says who sent it, not that it makes sense. Whatever we could not store or compare later
is refused here, so that no message ends in an error of ours.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from apps.checkout.providers.protocol import ForgedEvent


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
