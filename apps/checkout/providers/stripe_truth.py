"""How a payment stands, read from Stripe's objects. Words only; nothing is asked here."""

from dataclasses import dataclass

from apps.checkout.providers.protocol import ProviderDown, Truth
from apps.checkout.providers.stripe_amounts import NotCountable, from_stripe
from apps.checkout.providers.stripe_api import Facts, text
from apps.checkout.providers.words import declined_words, lapsed_words

UNDER_WAY = frozenset(("processing", "requires_action", "requires_confirmation"))
LET_GO = frozenset(("automatic", "expired"))
"""Why a bank ends what it kept aside, when nobody asked it to."""


@dataclass(frozen=True, slots=True)
class _Money:
    authorized: int = 0
    captured: int = 0
    refunded: int = 0
    failure: str = ""
    saved: str = ""
    is_open: bool = False


def truth_of_session(session: Facts) -> Truth:
    """The truth of a Checkout Session whose payment intent and latest charge are expanded.

    While the session is open a declined card is no failure: another one may be tried on the page.

    Raises:
        ProviderDown: it is no session that we understand.
    """
    currency = text(session, "currency").upper()
    intent = session.get("payment_intent")
    money = _money_of(intent, currency) if isinstance(intent, dict) else _Money()
    is_open = session.get("status") == "open"
    came = money.captured or money.authorized
    return Truth(
        amount=_amount(session, "amount_total", currency),
        currency=currency,
        captured=money.captured,
        refunded=money.refunded,
        is_open=not came and (is_open or money.is_open),
        failure="" if is_open or session.get("status") == "expired" else money.failure,
        authorized=money.authorized,
        saved=money.saved,
    )


def truth_of_intent(intent: Facts) -> Truth:
    """The truth of a payment intent whose latest charge is expanded.

    Raises:
        ProviderDown: it is no intent that we understand.
    """
    currency = text(intent, "currency").upper()
    money = _money_of(intent, currency)
    return Truth(
        amount=_amount(intent, "amount", currency),
        currency=currency,
        captured=money.captured,
        refunded=money.refunded,
        is_open=money.is_open,
        failure=money.failure,
        authorized=money.authorized,
        saved=money.saved,
    )


def _money_of(intent: Facts, currency: str) -> _Money:
    status = text(intent, "status")
    if status == "requires_capture":
        return _Money(
            authorized=_amount(intent, "amount_capturable", currency), saved=_saved(intent)
        )
    if status == "succeeded":
        charge = intent.get("latest_charge")
        return _Money(
            captured=_amount(intent, "amount_received", currency),
            refunded=_amount(charge, "amount_refunded", currency)
            if isinstance(charge, dict)
            else 0,
            saved=_saved(intent),
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
