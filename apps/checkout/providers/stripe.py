"""Stripe: pages of Checkout for customers, payment intents for saved cards (rules M2, M6).

A payment is named by its Checkout Session (``cs_…``), or by its payment intent (``pi_…``) where a
saved card is charged. Our own key stands in the metadata of everything, so that a message about any
part of a payment finds it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext as _

from apps.checkout.providers.messages import is_signed
from apps.checkout.providers.protocol import (
    Bounds,
    CaptureRefused,
    Event,
    ForgedEvent,
    Opened,
    OpenRefused,
    ProviderDown,
    ProviderPayment,
    RefundRefused,
    Wanted,
)
from apps.checkout.providers.stripe_amounts import NotCountable, stripe_bounds, to_stripe
from apps.checkout.providers.stripe_api import Declined, Facts, KeyReused, StripeRefused, ask, text
from apps.checkout.providers.stripe_state import (
    read_event,
    refunds_in,
    refusal_of,
    state_of_intent,
    state_of_session,
)
from apps.checkout.providers.words import declined_words, lapsed_words

HEADER = "Stripe-Signature"
SESSIONS, INTENTS, REFUNDS = "/v1/checkout/sessions", "/v1/payment_intents", "/v1/refunds"
SHORTEST_SESSION = timedelta(minutes=31)
"""Stripe keeps a session open for half an hour at least, and our holds are shorter: what is over
with us is closed there by ``settle_payment``. Added to the hold's end, because a request that is
sent again under its key has to say the same."""
CANCELABLE = frozenset(
    ("requires_capture", "requires_payment_method", "requires_confirmation", "requires_action")
)
MAX_LISTED = 100


class Stripe:
    """Speaks to Stripe with the key of one account; all businesses are paid through it."""

    name = "stripe"
    can_authorize = True

    def bounds(self, currency: str) -> Bounds:
        return stripe_bounds(currency)

    def open_payment(self, wanted: Wanted) -> Opened:
        """A key that was used in other words opened a session whose address nobody was told."""
        try:
            session = ask("post", SESSIONS, key=wanted.key, **_session(wanted))
        except (StripeRefused, KeyReused, NotCountable) as no:
            raise OpenRefused(f"stripe: {no}") from no
        return Opened(ref=text(session, "id"), url=text(session, "url"))

    def charge_saved(self, wanted: Wanted, *, saved: str) -> Opened:
        customer, _slash, card = saved.partition("/")
        if not customer or not card:
            raise OpenRefused("stripe: no saved card")
        try:
            known = _find(ask("get", INTENTS, customer=customer, limit=MAX_LISTED), wanted.key)
            intent = known or ask(
                "post", INTENTS, key=wanted.key, **_charge(wanted, customer=customer, card=card)
            )
        except Declined as no:
            if not no.intent:
                raise ProviderDown("stripe: declined without a payment") from no
            return Opened(ref=no.intent, url="")
        except (StripeRefused, NotCountable) as no:
            raise OpenRefused(f"stripe: {no}") from no
        return Opened(ref=text(intent, "id"), url="")

    def find_charge(self, key: str, *, saved: str) -> str:
        customer = saved.partition("/")[0]
        try:
            known = _find(ask("get", INTENTS, customer=customer, limit=MAX_LISTED), key)
        except StripeRefused:
            return ""  # there is no such customer any more
        return text(known, "id") if known else ""

    def fetch(self, ref: str, *, now: datetime) -> ProviderPayment:  # noqa: ARG002 - Stripe has a clock
        """Counts what went back by the refunds themselves: one that the bank refuses days later is
        told by its own status."""
        if _is_intent(ref):
            intent = _get(INTENTS, ref, expand=["latest_charge.refunds"])
            return state_of_intent(intent, refunds=_refunds_of(intent))
        session = _get(SESSIONS, ref, expand=["payment_intent.latest_charge.refunds"])
        return state_of_session(session, refunds=_refunds_of(session.get("payment_intent")))

    def close(self, ref: str) -> None:
        if not _is_intent(ref) and _get(SESSIONS, ref).get("status") == "open":
            try:
                ask("post", f"{SESSIONS}/{quote(ref)}/expire")
            except StripeRefused:
                pass  # it was paid this very moment
            else:
                return
        intent = _intent_of(ref)
        if intent is None or intent.get("status") not in CANCELABLE:
            return
        try:
            ask("post", f"{INTENTS}/{quote(text(intent, 'id'))}/cancel")
        except StripeRefused as no:
            now = _intent_of(ref)
            if now is None or now.get("status") in CANCELABLE:
                raise ProviderDown(f"stripe: {no}") from no

    def capture(self, ref: str, *, key: str) -> None:
        intent = _intent_of(ref)
        status = intent.get("status") if intent else "canceled"
        if intent is None or status == "canceled":
            raise CaptureRefused(lapsed_words())
        if status != "requires_capture":
            return  # taken already, or under way: the state says which
        try:
            ask("post", f"{INTENTS}/{quote(text(intent, 'id'))}/capture", key=key)
        except Declined as no:
            raise CaptureRefused(declined_words(no.code)) from no
        except StripeRefused as no:
            now = _intent_of(ref)
            if now is None or now.get("status") != "succeeded":
                raise CaptureRefused(lapsed_words()) from no

    def refund(self, ref: str, *, amount: int, key: str) -> str:
        """Looks for a refund of that key first: Stripe forgets keys after a day, and the worker may
        come back later than that, when the bank has refused it."""
        intent = _intent_of(ref)
        if intent is None:
            raise RefundRefused(_("Nothing was paid."))
        named = text(intent, "id")
        known = _find(
            ask("get", REFUNDS, payment_intent=named, limit=MAX_LISTED), key, field="refund"
        )
        if known is not None:
            return _name_of(known)
        try:
            done = ask(
                "post",
                REFUNDS,
                key=key,
                payment_intent=named,
                amount=to_stripe(amount, text(intent, "currency").upper()),
                metadata={"refund": key, "key": _key_in(intent)},
            )
        except (StripeRefused, NotCountable) as no:
            raise RefundRefused(_refusal(str(no))) from no
        return _name_of(done)

    def read_event(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Event:
        secrets = settings.STRIPE_WEBHOOK_SECRETS
        if not is_signed(body, headers.get(HEADER, ""), secrets=secrets, now=now):
            raise ForgedEvent("signature")
        return read_event(body, is_live="_live_" in settings.STRIPE_SECRET_KEY[:8])


def _session(wanted: Wanted) -> dict[str, Any]:
    price = {
        "currency": wanted.currency.lower(),
        "unit_amount": to_stripe(wanted.amount, wanted.currency),
        "product_data": {"name": wanted.words[:250], "description": wanted.seller[:250]},
    }
    intent: dict[str, Any] = {"metadata": {"key": wanted.key}}
    if wanted.captures_later:
        intent["capture_method"] = "manual"
    params: dict[str, Any] = {
        "mode": "payment",
        "payment_method_types": ["card"],  # others come days later, and none is authorized
        "line_items": [{"quantity": 1, "price_data": price}],
        "client_reference_id": wanted.key,
        "metadata": {"key": wanted.key},
        "success_url": wanted.return_url,
        "cancel_url": wanted.cancel_url,
        "expires_at": int((wanted.expires_at + SHORTEST_SESSION).timestamp()),
    }
    if wanted.email:
        params["customer_email"] = wanted.email
    if wanted.saves_card:
        intent["setup_future_usage"] = "off_session"
        params["customer_creation"] = "always"
    return {**params, "payment_intent_data": intent}


def _charge(wanted: Wanted, *, customer: str, card: str) -> dict[str, Any]:
    return {
        "amount": to_stripe(wanted.amount, wanted.currency),
        "currency": wanted.currency.lower(),
        "customer": customer,
        "payment_method": card,
        "payment_method_types": ["card"],
        "off_session": True,
        "confirm": True,
        "description": f"{wanted.seller}: {wanted.words}"[:250],
        "capture_method": "manual" if wanted.captures_later else "automatic",
        "metadata": {"key": wanted.key},
    }


def _is_intent(ref: str) -> bool:
    return ref.startswith("pi_")


def _get(path: str, ref: str, **params: Any) -> Facts:
    try:
        return ask("get", f"{path}/{quote(ref)}", **params)
    except StripeRefused as no:
        raise ProviderDown(f"stripe: {no}") from no


def _intent_of(ref: str) -> Facts | None:
    """The payment intent of a payment; None while nobody has tried to pay."""
    if _is_intent(ref):
        return _get(INTENTS, ref)
    intent = _get(SESSIONS, ref, expand=["payment_intent"]).get("payment_intent")
    return intent if isinstance(intent, dict) else None


def _refunds_of(intent: object) -> list[Facts]:
    """All refunds of a payment intent that was paid, asked for where they did not come along."""
    if not isinstance(intent, dict) or intent.get("status") != "succeeded":
        return []
    known = refunds_in(intent)
    if known is not None:
        return known
    rows = ask("get", REFUNDS, payment_intent=text(intent, "id"), limit=MAX_LISTED).get("data")
    if not isinstance(rows, list):
        raise ProviderDown("stripe: no list of refunds")
    return rows


def _name_of(refund: Facts) -> str:
    if refused := refusal_of(refund):
        raise RefundRefused(refused)
    return text(refund, "id")


def _find(listed: Facts, key: str, *, field: str = "key") -> Facts | None:
    rows = listed.get("data")
    found = (it for it in rows if _key_in(it, field) == key) if isinstance(rows, list) else iter(())
    return next(found, None)


def _key_in(facts: Facts, field: str = "key") -> str:
    metadata = facts.get("metadata")
    return str(metadata.get(field, "")) if isinstance(metadata, dict) else ""


def _refusal(code: str) -> str:
    words = {
        "charge_already_refunded": _("It has already been refunded."),
        "charge_disputed": _("The customer disputes the payment with the bank."),
    }
    return words.get(code) or _("Stripe does not do this refund: %(code)s") % {"code": code}
