"""Practice money: a provider inside the portal, with a page of its own and signed messages.

It behaves like one far away: it remembers, it answers by its own truth, and its messages may come
late, twice, in the wrong order or never. It is refused in production.
"""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from apps.checkout.models import PracticeSession
from apps.checkout.providers.protocol import (
    Event,
    ForgedEvent,
    Opened,
    ProviderDown,
    RefundRefused,
    Truth,
    Wanted,
)
from apps.checkout.providers.signing import is_signed, sign

HEADER = "Practice-Signature"
State = PracticeSession.State


class Practice:
    """Keeps its sessions in the portal's own database; that is the only thing it shares with it."""

    name = "practice"

    def open_payment(self, wanted: Wanted) -> Opened:
        session, _new = PracticeSession.objects.get_or_create(
            key=wanted.key,
            defaults={
                "ref": f"practice_{secrets.token_hex(12)}",
                "seller": wanted.seller,
                "words": wanted.words[:300],
                "amount": wanted.amount,
                "currency": wanted.currency,
                "return_url": wanted.return_url,
                "cancel_url": wanted.cancel_url,
                "expires_at": wanted.expires_at,
            },
        )
        return Opened(ref=session.ref, url=reverse("checkout:practice", args=[session.ref]))

    def fetch(self, ref: str, *, now: datetime) -> Truth:
        session = _get(ref)
        return Truth(
            amount=session.amount,
            currency=session.currency,
            captured=session.captured,
            refunded=session.refunded,
            is_open=session.state == State.OPEN and now < session.expires_at,
            failure=_("The card was declined.") if session.state == State.DECLINED else "",
        )

    def close(self, ref: str) -> None:
        PracticeSession.objects.filter(ref=ref, state=State.OPEN).update(state=State.CANCELED)

    @transaction.atomic
    def refund(self, ref: str, *, amount: int, key: str) -> str:
        session = PracticeSession.objects.select_for_update().get(ref=ref)
        if key in session.refund_keys:
            return str(session.refund_keys[key])
        if session.refunded + amount > session.captured:
            raise RefundRefused(f"{session.captured - session.refunded} left")
        session.refunded += amount
        session.refund_keys[key] = f"re_{secrets.token_hex(8)}"
        session.save(update_fields=["refunded", "refund_keys"])
        return str(session.refund_keys[key])

    def read_event(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Event:
        if not is_signed(body, headers.get(HEADER, ""), secrets=practice_secrets(), now=now):
            raise ForgedEvent("signature")
        try:
            told = json.loads(body)
            event_id, kind, ref = str(told["id"]), str(told["type"]), str(told["payment"])
        except (ValueError, KeyError, TypeError) as broken:
            raise ForgedEvent("body") from broken
        return Event(event_id=event_id[:120], kind=kind[:60], ref=ref[:120])


def practice_secrets() -> list[str]:
    """What practice messages are signed with; derived, so that nobody has to configure it."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [
        salted_hmac("apps.checkout.practice", "webhook", secret=key).hexdigest() for key in keys
    ]


def practice_message(*, ref: str, kind: str, event_id: str, at: datetime) -> tuple[bytes, str]:
    """A message as the provider would send it, and its signature."""
    body = json.dumps({"id": event_id, "type": kind, "payment": ref}).encode()
    return body, sign(body, secret=practice_secrets()[0], at=at)


def _get(ref: str) -> PracticeSession:
    try:
        return PracticeSession.objects.get(ref=ref)
    except PracticeSession.DoesNotExist as missing:
        raise ProviderDown(f"no payment {ref}") from missing
