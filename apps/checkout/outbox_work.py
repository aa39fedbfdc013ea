"""What the worker does for the topics of this app. Registered when the app is ready."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.utils import timezone

from apps.checkout import operations as checkout
from apps.checkout.providers import ProviderGone
from apps.outbox.models import OutboxItem
from apps.outbox.operations import Postpone, register


def look(payload: Mapping[str, Any], _item: OutboxItem) -> None:
    """Do an item of ``payments.look``: ``{"payment_id": int}``."""
    with _waits_for_keys():
        checkout.settle_payment(payment_id=payload["payment_id"], now=timezone.now())


def capture(payload: Mapping[str, Any], _item: OutboxItem) -> None:
    """Do an item of ``payments.capture``: ``{"payment_id": int}``."""
    with _waits_for_keys():
        checkout.capture_payment(payment_id=payload["payment_id"], now=timezone.now())


def release(payload: Mapping[str, Any], _item: OutboxItem) -> None:
    """Do an item of ``payments.release``: ``{"payment_id": int}``."""
    with _waits_for_keys():
        checkout.release_payment(payment_id=payload["payment_id"], now=timezone.now())


def close(payload: Mapping[str, Any], _item: OutboxItem) -> None:
    """Do an item of ``payments.close``: ``{"payment_id": int}``."""
    with _waits_for_keys():
        checkout.close_payment(payment_id=payload["payment_id"])


def refund(payload: Mapping[str, Any], _item: OutboxItem) -> None:
    """Do an item of ``payments.refund``: ``{"refund_id": int}``."""
    with _waits_for_keys():
        checkout.do_refund(refund_id=payload["refund_id"], now=timezone.now())


def tell(payload: Mapping[str, Any], _item: OutboxItem) -> None:
    """Do an item of ``practice.tell``: ``{"ref": str, "kind": str, "event_id": str}``."""
    checkout.tell_of_practice(
        ref=payload["ref"],
        kind=payload["kind"],
        event_id=payload["event_id"],
        now=timezone.now(),
    )


@contextmanager
def _waits_for_keys() -> Iterator[None]:
    """What a provider has to do that this portal does not speak to any more waits, for as long as
    it takes, until its keys are back; the owner is told meanwhile."""
    try:
        yield
    except ProviderGone as gone:
        raise Postpone(timezone.now() + timedelta(hours=1)) from gone


def register_work() -> None:
    """Take the topics of payments."""
    register(checkout.LOOK_TOPIC, look)
    register(checkout.CAPTURE_TOPIC, capture)
    register(checkout.RELEASE_TOPIC, release)
    register(checkout.CLOSE_TOPIC, close)
    register(checkout.REFUND_TOPIC, refund)
    register(checkout.TELL_TOPIC, tell)
