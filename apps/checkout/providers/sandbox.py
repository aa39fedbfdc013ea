"""The sandbox: a provider inside the portal, with its own page, signed messages and test money.

It behaves like one far away: it remembers, it answers by its own truth, and its messages may come
late, twice, in the wrong order or never. It is refused in production.
"""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac

from apps.checkout.models import SandboxSession
from apps.checkout.providers.messages import is_signed, read_object, sign, words_in
from apps.checkout.providers.protocol import (
    Bounds,
    CaptureRefused,
    Event,
    ForgedEvent,
    Opened,
    ProviderDown,
    ProviderPayment,
    RefundRefused,
    Returned,
    Wanted,
)
from apps.checkout.providers.words import declined_words, lapsed_words, refused_words

HEADER = "Sandbox-Signature"
HELD_FOR = timedelta(days=7)
"""Banks authorize an amount for about a week."""
State = SandboxSession.State


class Sandbox:
    """Keeps its sessions in the portal's own database; that is the only thing it shares with it."""

    name = "practice"
    """As it is stored with payments and called in the settings, addresses, references and topics:
    links that were sent and rows that were written keep their meaning."""
    can_authorize = True

    def bounds(self, currency: str) -> Bounds:  # noqa: ARG002 - test money has no floor
        return Bounds()

    def open_payment(self, wanted: Wanted) -> Opened:
        session, _new = SandboxSession.objects.get_or_create(
            key=wanted.key, defaults=_columns(wanted)
        )
        return Opened(ref=session.ref, url=reverse("checkout:sandbox", args=[session.ref]))

    @transaction.atomic
    def charge_saved(self, wanted: Wanted, *, saved: str) -> Opened:
        known = bool(saved) and SandboxSession.objects.filter(saved=saved).exists()
        session, is_new = SandboxSession.objects.get_or_create(
            key=wanted.key,
            defaults={**_columns(wanted), "state": State.OPEN if known else State.DECLINED},
        )
        if is_new and known:
            receive_money(session)
        return Opened(ref=session.ref, url="")

    def find_charge(self, key: str, *, saved: str) -> str:  # noqa: ARG002 - keys are enough here
        found = SandboxSession.objects.filter(key=key).first()
        return found.ref if found else ""

    def fetch(self, ref: str, *, now: datetime) -> ProviderPayment:
        authorized = SandboxSession.objects.filter(ref=ref, state=State.AUTHORIZED)
        authorized.filter(expires_at__lte=now - HELD_FOR).update(state=State.LAPSED, authorized=0)
        session = _get(ref)
        return ProviderPayment(
            amount=session.amount,
            currency=session.currency,
            captured=session.captured,
            refunded=session.refunded,
            is_open=session.state == State.OPEN and now < session.expires_at,
            failure=_failure(session),
            authorized=session.authorized,
            saved=session.saved,
            refunds=tuple(_returned(key, it) for key, it in session.refund_keys.items()),
        )

    def close(self, ref: str) -> None:
        unpaid = SandboxSession.objects.filter(ref=ref, state__in=(State.OPEN, State.AUTHORIZED))
        unpaid.update(state=State.CANCELED, authorized=0)

    @transaction.atomic
    def capture(self, ref: str, *, key: str) -> None:  # noqa: ARG002 - the row itself is the key
        session = SandboxSession.objects.select_for_update().get(ref=ref)
        if session.captured:
            return
        if session.state != State.AUTHORIZED:
            raise CaptureRefused(lapsed_words())
        session.state = State.PAID
        session.captured, session.authorized = session.authorized, 0
        session.save(update_fields=["state", "captured", "authorized"])

    @transaction.atomic
    def refund(self, ref: str, *, amount: int, key: str) -> str:
        session = SandboxSession.objects.select_for_update().get(ref=ref)
        if key in session.refund_keys:
            known = _returned(key, session.refund_keys[key])
            if known.refused:
                raise RefundRefused(known.refused)
            return known.ref
        if session.refunded + amount > session.captured:
            raise RefundRefused(f"{session.captured - session.refunded} left")
        session.refunded += amount
        ref = f"re_{secrets.token_hex(8)}"
        session.refund_keys[key] = {"ref": ref, "amount": amount}
        session.save(update_fields=["refunded", "refund_keys"])
        return ref

    def read_event(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Event:
        if not is_signed(body, headers.get(HEADER, ""), secrets=sandbox_secrets(), now=now):
            raise ForgedEvent("signature")
        told = read_object(body)
        return Event(
            event_id=words_in(told, "id", most=120),
            kind=words_in(told, "type", most=60),
            ref=words_in(told, "payment", most=120),
        )


def receive_money(session: SandboxSession) -> None:
    """Pay a locked session, as far as it takes money now, and remember the card if it is to be."""
    if session.captures_later:
        session.state, session.authorized = State.AUTHORIZED, session.amount
    else:
        session.state, session.captured = State.PAID, session.amount
    if session.saves_card:
        session.saved = f"card_{secrets.token_hex(8)}"
    session.save()


def refuse_refunds(session: SandboxSession) -> bool:
    """Let the bank of a locked session send back all that was refunded, and tell whether there was
    anything; for good, as banks do days after the provider said yes."""
    gone = [it for it in session.refund_keys.values() if _can_refuse(it)]
    session.refunded -= sum(it["amount"] for it in gone)
    for it in gone:
        it["is_refused"] = True
    session.save(update_fields=["refunded", "refund_keys"])
    return bool(gone)


def sandbox_secrets() -> list[str]:
    """What its messages are signed with; derived, so that nobody has to configure it."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [
        salted_hmac("apps.checkout.practice", "webhook", secret=key).hexdigest() for key in keys
    ]


def sandbox_message(*, ref: str, kind: str, event_id: str, at: datetime) -> tuple[bytes, str]:
    """A message as the provider would send it, and its signature."""
    body = json.dumps({"id": event_id, "type": kind, "payment": ref}).encode()
    return body, sign(body, secret=sandbox_secrets()[0], at=at)


def _columns(wanted: Wanted) -> dict[str, Any]:
    return {
        "ref": f"practice_{secrets.token_hex(12)}",
        "seller": wanted.seller,
        "words": wanted.words[:300],
        "amount": wanted.amount,
        "currency": wanted.currency,
        "return_url": wanted.return_url,
        "cancel_url": wanted.cancel_url,
        "expires_at": wanted.expires_at,
        "captures_later": wanted.captures_later,
        "saves_card": wanted.saves_card,
    }


def _returned(key: str, kept: Any) -> Returned:
    """A refund as a session remembers it; sessions of before knew its name only."""
    if not isinstance(kept, dict):
        return Returned(str(kept), key, 0)
    refused = refused_words() if kept.get("is_refused") else ""
    return Returned(kept["ref"], key, kept["amount"], refused)


def _can_refuse(kept: Any) -> bool:
    return isinstance(kept, dict) and not kept.get("is_refused")


def _failure(session: SandboxSession) -> str:
    if session.state == State.LAPSED:
        return lapsed_words()
    return declined_words() if session.state == State.DECLINED else ""


def _get(ref: str) -> SandboxSession:
    try:
        return SandboxSession.objects.get(ref=ref)
    except SandboxSession.DoesNotExist as missing:
        raise ProviderDown(f"no payment {ref}") from missing
