from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from apps.checkout.models import Payment, ProviderEvent
from apps.checkout.providers import ForgedEvent, provider_called
from apps.outbox import operations as outbox

LOOK_TOPIC = "payments.look"


def receive_event(*, provider: str, body: bytes, headers: Mapping[str, str], now: datetime) -> bool:
    """Take in a message of a provider: check who signed it, store it once, and have the worker ask
    for the truth. False when it was told before, or is about nothing of ours (R025, N088, N089).

    Raises:
        ForgedEvent: not signed by this provider, or too old; nothing is stored.
    """
    speaks = provider_called(provider)
    if speaks is None:
        raise ForgedEvent(provider)
    event = speaks.read_event(body, headers, now=now)
    return _store(speaks.name, event.event_id, event.kind, event.ref, now=now)


@transaction.atomic
def _store(provider: str, event_id: str, kind: str, ref: str, *, now: datetime) -> bool:
    _row, is_new = ProviderEvent.objects.get_or_create(
        provider=provider,
        event_id=event_id,
        defaults={"kind": kind, "payment_ref": ref, "received_at": now},
    )
    payment = Payment.objects.filter(provider=provider, provider_ref=ref).first()
    if not is_new or payment is None:
        return False
    outbox.enqueue(
        topic=LOOK_TOPIC,
        payload={"payment_id": payment.pk},
        business_id=payment.business_id,
        now=now,
        key=f"event:{provider}:{event_id}"[:200],
    )
    return True
