"""How a payment stands, read from Stripe's objects. Words only; nothing is asked here."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.checkout.providers.protocol import ProviderDown, ProviderPayment, Returned
from apps.checkout.providers.stripe_amounts import NotCountable, from_stripe
from apps.checkout.providers.stripe_api import Facts, text
from apps.checkout.providers.words import declined_words, lapsed_words, refused_words

UNDER_WAY = frozenset(("processing", "requires_action", "requires_confirmation"))
LET_GO = frozenset(("automatic", "expired"))
"""Why a bank ends what it kept aside, when nobody asked it to."""
NOT_GONE = frozenset(("failed", "canceled"))
"""Where a refund ends that did not go; "succeeded" may still become "failed" days later."""


@dataclass(frozen=True, slots=True)
class _Money:
    authorized: int = 0
    captured: int = 0
    refunded: int = 0
    failure: str = ""
    saved: str = ""
    is_open: bool = False
    refunds: tuple[Returned, ...] = ()


def truth_of_session(session: Facts, *, refunds: Sequence[Facts] = ()) -> ProviderPayment:
    """The truth of a Checkout Session whose payment intent is expanded, with its refunds.

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


def truth_of_intent(intent: Facts, *, refunds: Sequence[Facts] = ()) -> ProviderPayment:
    """The truth of a payment intent, with its refunds.

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
