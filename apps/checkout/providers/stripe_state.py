"""What Stripe says: its signed messages, and how a payment stands by its objects. Nothing is asked
here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.checkout.providers.messages import object_in, read_object, words_in, words_or_none
from apps.checkout.providers.protocol import (
    Event,
    ForgedEvent,
    ProviderDown,
    ProviderPayment,
    Returned,
)
from apps.checkout.providers.stripe_amounts import NotCountable, from_stripe
from apps.checkout.providers.stripe_api import Facts, text
from apps.checkout.providers.words import declined_words, lapsed_words, refused_words

UNDER_WAY = frozenset(("processing", "requires_action", "requires_confirmation"))
LET_GO = frozenset(("automatic", "expired"))
"""Why a bank ends what it authorized, when nobody asked it to."""
NOT_GONE = frozenset(("failed", "canceled"))
"""Where a refund ends that did not go; "succeeded" may still become "failed" days later."""
LONGEST_ID, LONGEST_KIND = 120, 60  # the columns of ProviderEvent
LONGEST_KEY = 500  # of a value in Stripe's metadata
NAMES = {
    "checkout.session": "id",
    "payment_intent": "id",
    "charge": "payment_intent",
    "refund": "payment_intent",
}
"""Where an object of Stripe names the payment that it belongs to."""


@dataclass(frozen=True, slots=True)
class _Money:
    authorized: int = 0
    captured: int = 0
    refunded: int = 0
    failure: str = ""
    saved: str = ""
    is_open: bool = False
    refunds: tuple[Returned, ...] = ()


def state_of_session(session: Facts, *, refunds: Sequence[Facts] = ()) -> ProviderPayment:
    """The state of a Checkout Session whose payment intent is expanded, with its refunds.

    While the session is open a declined card is no failure: another one may be tried on the page.

    Raises:
        ProviderDown: it is no session that we understand.
    """
    currency = text(session, "currency").upper()
    intent = session.get("payment_intent")
    money = _Money()
    if isinstance(intent, dict):
        money = _money_of(intent, currency, refunds)
    is_open = session.get("status") == "open"
    came = money.captured or money.authorized
    return ProviderPayment(
        amount=_amount(session, "amount_total", currency),
        currency=currency,
        captured=money.captured,
        refunded=money.refunded,
        is_open=not came and (is_open or money.is_open),
        failure="" if is_open or session.get("status") == "expired" else money.failure,
        authorized=money.authorized,
        saved=money.saved,
        refunds=money.refunds,
    )


def state_of_intent(intent: Facts, *, refunds: Sequence[Facts] = ()) -> ProviderPayment:
    """The state of a payment intent, with its refunds.

    Raises:
        ProviderDown: it is no intent that we understand.
    """
    currency = text(intent, "currency").upper()
    money = _money_of(intent, currency, refunds)
    return ProviderPayment(
        amount=_amount(intent, "amount", currency),
        currency=currency,
        captured=money.captured,
        refunded=money.refunded,
        is_open=money.is_open,
        failure=money.failure,
        authorized=money.authorized,
        saved=money.saved,
        refunds=money.refunds,
    )


def _money_of(intent: Facts, currency: str, refunds: Sequence[Facts]) -> _Money:
    status = text(intent, "status")
    if status == "requires_capture":
        return _Money(
            authorized=_amount(intent, "amount_capturable", currency), saved=_saved(intent)
        )
    if status == "succeeded":
        returned = tuple(_returned(it, currency) for it in refunds)
        return _Money(
            captured=_amount(intent, "amount_received", currency),
            refunded=sum(it.amount for it in returned if not it.refused),
            saved=_saved(intent),
            refunds=returned,
        )
    if status == "canceled":
        lapsed = intent.get("cancellation_reason") in LET_GO
        return _Money(failure=lapsed_words() if lapsed else "")
    if status in UNDER_WAY:
        return _Money(is_open=True)
    error = intent.get("last_payment_error")
    if not isinstance(error, dict):
        return _Money()
    return _Money(failure=declined_words(str(error.get("decline_code") or error.get("code"))))


def refunds_in(intent: Facts) -> list[Facts] | None:
    """The refunds that came along with a payment intent whose latest charge and its refunds are
    expanded; None where they are not all there."""
    charge = intent.get("latest_charge")
    listed = charge.get("refunds") if isinstance(charge, dict) else None
    if not isinstance(listed, dict) or listed.get("has_more"):
        return None
    rows = listed.get("data")
    return rows if isinstance(rows, list) else None


def refusal_of(refund: Facts) -> str:
    """Why a refund did not go, or came back, in words; "" while it stands."""
    if refund.get("status") not in NOT_GONE:
        return ""
    return refused_words(str(refund.get("failure_reason") or ""))


def _returned(refund: Facts, currency: str) -> Returned:
    metadata = refund.get("metadata")
    return Returned(
        ref=text(refund, "id"),
        key=str(metadata.get("refund", "")) if isinstance(metadata, dict) else "",
        amount=_amount(refund, "amount", currency),
        refused=refusal_of(refund),
    )


def _saved(intent: Facts) -> str:
    """ "cus_…/pm_…": a card can only be charged again together with its customer."""
    if intent.get("setup_future_usage") != "off_session":
        return ""
    names = (_id(intent.get("customer")), _id(intent.get("payment_method")))
    return "/".join(names) if all(names) else ""


def _id(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) else ""


def _amount(facts: Facts, name: str, currency: str) -> int:
    units = facts.get(name)
    if type(units) is not int:
        raise ProviderDown(f"stripe: no {name}")
    try:
        return from_stripe(units, currency)
    except NotCountable as odd:
        raise ProviderDown(f"stripe: {name} {units} {currency}") from odd


def read_event(body: bytes, *, is_live: bool) -> Event:
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
