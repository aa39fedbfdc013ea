"""Messages of Stripe: who signed them, and which payment of ours they are about."""

import json
from collections.abc import Mapping
from typing import Any

from apps.checkout.providers.protocol import Event, ForgedEvent


def read(body: bytes, *, is_live: bool) -> Event:
    """Read a message whose signature was checked.

    Raises:
        ForgedEvent: it is no event, another account's, or of the other of live and test mode.
    """
    try:
        told = json.loads(body)
        event_id, kind = str(told["id"]), str(told["type"])
        about = told["data"]["object"]
        livemode = told["livemode"]
    except (ValueError, KeyError, TypeError) as broken:
        raise ForgedEvent("body") from broken
    if livemode is not is_live:
        raise ForgedEvent("livemode")
    if told.get("account"):
        raise ForgedEvent("account")
    ref, key = _named(about) if isinstance(about, dict) else ("", "")
    return Event(event_id=event_id[:120], kind=kind[:60], ref=ref[:120], key=key[:60])


def _named(about: Mapping[str, Any]) -> tuple[str, str]:
    """The ref and the key of our payment in an object of Stripe; both "" for all others."""
    metadata = about.get("metadata")
    key = metadata.get("key") if isinstance(metadata, dict) else None
    names = {
        "checkout.session": ("id", about.get("client_reference_id")),
        "payment_intent": ("id", key),
        "charge": ("payment_intent", key),
        "refund": ("payment_intent", key),
    }
    name, known_as = names.get(str(about.get("object")), ("", None))
    return _text(about.get(name)), _text(known_as)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
