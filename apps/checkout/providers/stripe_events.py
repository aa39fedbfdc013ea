"""Messages of Stripe: who signed them, and which payment of ours they are about."""

from collections.abc import Mapping
from typing import Any

from apps.checkout.providers.protocol import Event, ForgedEvent
from apps.checkout.providers.reading import object_in, read_object, words_in, words_or_none

LONGEST_ID, LONGEST_KIND = 120, 60  # the columns of ProviderEvent
LONGEST_KEY = 500  # of a value in Stripe's metadata
NAMES = {
    "checkout.session": "id",
    "payment_intent": "id",
    "charge": "payment_intent",
    "refund": "payment_intent",
}
"""Where an object of Stripe names the payment that it belongs to."""


def read(body: bytes, *, is_live: bool) -> Event:
    """Read a message whose signature was checked.

    Raises:
        ForgedEvent: it is no event, another account's, or of the other of live and test mode.
    """
    told = read_object(body)
    event_id = words_in(told, "id", most=LONGEST_ID)
    kind = words_in(told, "type", most=LONGEST_KIND)
    about = object_in(object_in(told, "data"), "object")
    if told.get("livemode") is not is_live:
        raise ForgedEvent("livemode")
    if told.get("account"):
        raise ForgedEvent("account")
    ref, key = _named(about)
    refund = words_or_none(about, "id", most=LONGEST_ID) if _is_refund(about) else ""
    return Event(event_id=event_id, kind=kind, ref=ref, key=key, refund=refund)


def _is_refund(about: Mapping[str, Any]) -> bool:
    """Whoever gives money back on Stripe's own pages writes none of our keys on it."""
    return about.get("object") == "refund"


def _named(about: Mapping[str, Any]) -> tuple[str, str]:
    """The ref and the key of our payment in an object of Stripe; both "" for all others."""
    what = words_or_none(about, "object", most=LONGEST_KIND)
    if what not in NAMES:
        return "", ""
    ref = words_or_none(about, NAMES[what], most=LONGEST_ID)
    if what == "checkout.session":
        return ref, words_or_none(about, "client_reference_id", most=LONGEST_KEY)
    named = object_in(about, "metadata") if about.get("metadata") is not None else {}
    return ref, words_or_none(named, "key", most=LONGEST_KEY)
