"""What a provider sends by itself; the provider of the demo among them (rule S12)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import token_hex

from django.db import transaction

from apps.checkout.models import ProviderEvent, SandboxSession
from apps.checkout.providers import Event, ForgedEvent, provider_called
from apps.checkout.providers.sandbox import (
    HEADER,
    Sandbox,
    receive_money,
    refuse_refunds,
    sandbox_message,
)
from apps.checkout.queries.payments import find_named
from apps.outbox import operations as outbox

LOOK_TOPIC = "payments.look"
TELL_TOPIC = "practice.tell"
LATE = timedelta(minutes=2)
SHORTLY = timedelta(seconds=5)
State = SandboxSession.State


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


class Act(StrEnum):
    """PAY_LATE tells of it two minutes later, PAY_TWICE twice, PAY_SHUFFLED in the wrong order,
    PAY_SILENTLY never. REFUSE_REFUND: the bank sends back what was refunded."""

    PAY = "PAY"
    PAY_LATE = "PAY_LATE"
    PAY_TWICE = "PAY_TWICE"
    PAY_SHUFFLED = "PAY_SHUFFLED"
    PAY_SILENTLY = "PAY_SILENTLY"
    DECLINE = "DECLINE"
    CANCEL = "CANCEL"
    REFUSE_REFUND = "REFUSE_REFUND"


class SessionOver(Exception):
    """It was paid, cancelled, or ran out, or nothing was refunded."""


@dataclass(frozen=True, slots=True)
class SandboxMessage:
    """One message: its kind, and how long after the act it leaves."""

    kind: str
    after: timedelta = timedelta(0)
    event_id: str = ""


@transaction.atomic
def act_in_sandbox(*, ref: str, act: Act, now: datetime) -> SandboxSession:
    """Pay, decline or cancel a payment in the sandbox, or have its bank refuse what was refunded;
    return the session with where to go next.

    Raises:
        SandboxSession.DoesNotExist: there is none.
        SessionOver: it cannot be paid (any more), or nothing was refunded.
    """
    session = SandboxSession.objects.select_for_update().get(ref=ref)
    if act is Act.REFUSE_REFUND:
        if not refuse_refunds(session):
            raise SessionOver
    else:
        _pay_or_not(session, act, now=now)
    for message in _messages(act):
        outbox.enqueue(
            topic=TELL_TOPIC,
            payload={"ref": ref, "kind": message.kind, "event_id": message.event_id},
            business_id=None,
            now=now,
            delay=message.after,
        )
    return session


def _pay_or_not(session: SandboxSession, act: Act, *, now: datetime) -> None:
    if session.state not in {State.OPEN, State.DECLINED} or now >= session.expires_at:
        raise SessionOver
    if act is Act.CANCEL:
        session.state = State.CANCELED
    elif act is Act.DECLINE:
        session.state = State.DECLINED
    else:
        receive_money(session)
    session.save(update_fields=["state"])


def deliver_sandbox_event(*, ref: str, kind: str, event_id: str, now: datetime) -> None:
    """Deliver one message of the sandbox the way a provider would: signed."""
    body, signature = sandbox_message(ref=ref, kind=kind, event_id=event_id, at=now)
    receive_event(provider=Sandbox.name, body=body, headers={HEADER: signature}, now=now)


def _messages(act: Act) -> list[SandboxMessage]:
    paid, again = f"evt_{token_hex(8)}", f"evt_{token_hex(8)}"
    if act is Act.PAY_SILENTLY:
        return []
    if act is Act.PAY_LATE:
        return [SandboxMessage("payment.succeeded", LATE, paid)]
    if act is Act.PAY_TWICE:
        return [
            SandboxMessage("payment.succeeded", event_id=paid),
            SandboxMessage("payment.succeeded", SHORTLY, paid),
        ]
    if act is Act.PAY_SHUFFLED:
        return [
            SandboxMessage("payment.succeeded", event_id=paid),
            SandboxMessage("payment.failed", SHORTLY, again),
            SandboxMessage("payment.created", SHORTLY * 2, f"evt_{token_hex(8)}"),
        ]
    kinds = {
        Act.DECLINE: "payment.failed",
        Act.CANCEL: "payment.canceled",
        Act.REFUSE_REFUND: "refund.failed",
    }
    return [SandboxMessage(kinds.get(act, "payment.succeeded"), event_id=paid)]
