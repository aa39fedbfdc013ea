from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from apps.checkout.models import ProviderEvent
from apps.checkout.providers import Event, ForgedEvent, provider_called
from apps.checkout.queries.payments import find_named
from apps.outbox import operations as outbox

LOOK_TOPIC = "payments.look"


def receive_event(*, provider: str, body: bytes, headers: Mapping[str, str], now: datetime) -> bool:
    """Take in a message of a provider: check who signed it, store it once, and have the worker ask
    for the truth. False when it was told before, or is about nothing of ours (rule M6).

    Raises:
        ForgedEvent: not signed by this provider, or too old; nothing is stored.
    """
    speaks = provider_called(provider)
    if speaks is None:
        raise ForgedEvent(provider)
    event = speaks.read_event(body, headers, now=now)
    return _store(speaks.name, event, now=now)


@transaction.atomic
def _store(provider: str, event: Event, *, now: datetime) -> bool:
    _row, is_new = ProviderEvent.objects.get_or_create(
        provider=provider,
        event_id=event.event_id,
        defaults={"kind": event.kind, "payment_ref": event.ref, "received_at": now},
    )
    payment = find_named(provider=provider, ref=event.ref, key=event.key, refund=event.refund)
    if not is_new or payment is None:
        return False
    outbox.enqueue(
        topic=LOOK_TOPIC,
        payload={"payment_id": payment.pk},
        business_id=payment.business_id,
        now=now,
        key=f"event:{provider}:{event.event_id}"[:200],
    )
    return True
