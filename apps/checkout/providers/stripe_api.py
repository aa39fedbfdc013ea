"""Asking Stripe over its own SDK, which is an extra: the portal runs without it.

Nothing that Stripe says in an error leaves this module but its code: messages may repeat a part of
the key.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings

from apps.checkout.providers.protocol import ProviderDown

PATIENCE = 5
"""Seconds to wait for a connection, and for an answer: somebody sits before the page."""
RETRIES = 1

Facts = Mapping[str, Any]
"""An object of Stripe, as plain JSON."""


class StripeRefused(Exception):
    """Stripe understood what was asked and will not do it; its text is Stripe's code for why."""


class KeyReused(ProviderDown):
    """The key has been used for something else within the last day."""


class Declined(Exception):
    """The bank said no to a card; intent is the payment intent that says why, "" without one."""

    def __init__(self, *, code: str, intent: str) -> None:
        super().__init__(code)
        self.code = code
        self.intent = intent


def ask(method: str, path: str, *, key: str = "", **params: Any) -> Facts:
    """Send one request, of which there is one for each key; return the object in the answer.

    Raises:
        StripeRefused, Declined, KeyReused: as their names say.
        ProviderDown: no answer, or none that we understand.
    """
    import stripe  # noqa: PLC0415 - an extra

    if key:
        params["idempotency_key"] = key
    client = _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)
    try:
        answer = client.raw_request(method, path, **params).data
    except stripe.CardError as no:
        raise Declined(code=_bank_code(no.json_body), intent=_intent_id(no.json_body)) from None
    except stripe.InvalidRequestError as no:
        raise StripeRefused(str(no.code or "invalid_request")) from None
    except stripe.IdempotencyError:
        raise KeyReused("stripe: the key was used for something else") from None
    except stripe.StripeError as down:
        raise ProviderDown(f"stripe: {type(down).__name__} {down.http_status or ''}") from None
    if not isinstance(answer, dict):
        raise ProviderDown("stripe: no object")
    return answer


def text(facts: Facts, name: str) -> str:
    """A field of Stripe's that has to be text.

    Raises:
        ProviderDown: it is not.
    """
    value = facts.get(name)
    if not isinstance(value, str):
        raise ProviderDown(f"stripe: no {name}")
    return value


@lru_cache(maxsize=2)
def _client(secret: str, base: str) -> Any:
    import stripe  # noqa: PLC0415 - an extra

    return stripe.StripeClient(
        secret,
        base_addresses={"api": base} if base else {},
        http_client=stripe.RequestsClient(timeout=PATIENCE),
        max_network_retries=RETRIES,
    )


def _bank_code(body: Any) -> str:
    error = body.get("error", {}) if isinstance(body, dict) else {}
    return str(error.get("decline_code") or error.get("code") or "")


def _intent_id(body: Any) -> str:
    error = body.get("error", {}) if isinstance(body, dict) else {}
    intent = error.get("payment_intent")
    return str(intent.get("id", "")) if isinstance(intent, dict) else ""
