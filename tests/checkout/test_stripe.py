"""Each thing the portal asks of Stripe, and each way in which it fails."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import override_settings

from apps.checkout.providers import (
    CaptureRefused,
    Opened,
    OpenRefused,
    ProviderDown,
    ProviderPayment,
    RefundRefused,
    Returned,
    Wanted,
    stripe_api,
)
from apps.checkout.providers.stripe import Stripe
from tests.checkout.stripe_memory import SECRET_KEY, Stub
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("at_now")
WANTED = Wanted(
    key="payment-7",
    amount=4000,
    currency="EUR",
    seller="Juniper Hair",
    words="Cut with Ana",
    email="carl@example.com",
    return_url="http://testserver/wait",
    cancel_url="http://testserver/pay",
    expires_at=NOW + timedelta(minutes=10),
)
LATER = replace(WANTED, captures_later=True)
SAVES = replace(WANTED, saves_card=True)
PAID = ProviderPayment(4000, "EUR", captured=4000, refunded=0, is_open=False)


def fetch(opened: Opened) -> ProviderPayment:
    return Stripe().fetch(opened.ref, now=NOW)


def pay(stub: Stub, wanted: Wanted = WANTED) -> Opened:
    opened = Stripe().open_payment(wanted)
    stub.pay(opened.ref)
    return opened


def only_intent(stub: Stub) -> str:
    (intent,) = stub.intents()
    return str(intent["id"])


def test_a_payment_is_a_session_with_one_line(stub: Stub) -> None:
    opened = Stripe().open_payment(WANTED)

    assert opened == Opened(ref="cs_test_1", url=f"{stub.base}/c/pay/cs_test_1")
    assert stub.seen("POST /v1/checkout/sessions") == [
        {
            "mode": "payment",
            "payment_method_types[0]": "card",
            "line_items[0][quantity]": "1",
            "line_items[0][price_data][currency]": "eur",
            "line_items[0][price_data][unit_amount]": "4000",
            "line_items[0][price_data][product_data][name]": "Cut with Ana",
            "line_items[0][price_data][product_data][description]": "Juniper Hair",
            "client_reference_id": "payment-7",
            "customer_email": "carl@example.com",
            "metadata[key]": "payment-7",
            "payment_intent_data[metadata][key]": "payment-7",
            "success_url": "http://testserver/wait",
            "cancel_url": "http://testserver/pay",
            "expires_at": str(int((NOW + timedelta(minutes=41)).timestamp())),
        }
    ]
    assert fetch(opened) == ProviderPayment(4000, "EUR", 0, 0, is_open=True)


def test_the_same_key_is_the_same_session(stub: Stub) -> None:
    assert Stripe().open_payment(WANTED) == Stripe().open_payment(WANTED)


def test_the_same_key_for_something_else_is_nothing(stub: Stub) -> None:
    Stripe().open_payment(WANTED)

    with pytest.raises(OpenRefused, match="used for something else"):
        Stripe().open_payment(replace(WANTED, amount=1))


def test_what_was_paid_is_the_truth(stub: Stub) -> None:
    assert fetch(pay(stub)) == PAID


def test_a_declined_card_may_be_tried_again_on_the_page(stub: Stub) -> None:
    stub.declines = "insufficient_funds"
    opened = pay(stub)
    assert fetch(opened) == ProviderPayment(4000, "EUR", 0, 0, is_open=True)

    stub.declines = ""
    stub.pay(opened.ref)

    assert fetch(opened) == PAID


def test_what_is_closed_is_open_no_more(stub: Stub) -> None:
    opened = Stripe().open_payment(WANTED)

    for _time in range(2):
        Stripe().close(opened.ref)

    assert fetch(opened) == ProviderPayment(4000, "EUR", 0, 0, is_open=False)


def test_what_was_paid_is_not_closed(stub: Stub) -> None:
    opened = pay(stub)

    Stripe().close(opened.ref)

    assert fetch(opened) == PAID


def test_what_is_paid_while_it_is_closed_was_paid(stub: Stub) -> None:
    opened = Stripe().open_payment(WANTED)
    stub.on_expire = stub.pay

    Stripe().close(opened.ref)

    assert fetch(opened) == PAID


def test_an_amount_is_authorized_and_taken_once(stub: Stub) -> None:
    opened = pay(stub, LATER)
    assert fetch(opened) == ProviderPayment(4000, "EUR", 0, 0, is_open=False, authorized=4000)

    for _time in range(2):
        Stripe().capture(opened.ref, key="capture-7")

    assert fetch(opened) == PAID
    assert len(stub.seen(f"POST /v1/payment_intents/{only_intent(stub)}/capture")) == 1


def test_what_is_authorized_is_let_go_and_never_counts_as_refunded(stub: Stub) -> None:
    opened = pay(stub, LATER)

    Stripe().close(opened.ref)

    assert fetch(opened) == ProviderPayment(4000, "EUR", 0, 0, is_open=False)
    with pytest.raises(CaptureRefused):
        Stripe().capture(opened.ref, key="capture-7")


def test_what_is_authorized_while_it_is_closed_is_let_go(stub: Stub) -> None:
    opened = Stripe().open_payment(LATER)
    stub.on_expire = stub.pay

    Stripe().close(opened.ref)

    assert fetch(opened) == ProviderPayment(4000, "EUR", 0, 0, is_open=False)


def test_an_authorization_that_ran_out_is_told_in_words(stub: Stub) -> None:
    opened = pay(stub, LATER)
    stub.lapse(only_intent(stub))

    with pytest.raises(CaptureRefused, match="no longer holds the amount"):
        Stripe().capture(opened.ref, key="capture-7")

    assert fetch(opened).failure == "The bank no longer holds the amount."


def test_nothing_is_taken_of_what_nobody_paid(stub: Stub) -> None:
    opened = Stripe().open_payment(LATER)

    with pytest.raises(CaptureRefused):
        Stripe().capture(opened.ref, key="capture-7")


def test_money_goes_back_in_parts_once_for_each_key(stub: Stub) -> None:
    opened = pay(stub)

    first = Stripe().refund(opened.ref, amount=1000, key="refund-1")
    again = Stripe().refund(opened.ref, amount=1000, key="refund-1")
    other = Stripe().refund(opened.ref, amount=500, key="refund-2")

    assert first == again != other
    refunds = (Returned(other, "refund-2", 500), Returned(first, "refund-1", 1000))
    assert fetch(opened) == replace(PAID, refunded=1500, refunds=refunds)


def test_a_day_later_the_same_refund_is_still_known(stub: Stub) -> None:
    opened = pay(stub)
    first = Stripe().refund(opened.ref, amount=1000, key="refund-1")
    stub.forget_keys()

    assert Stripe().refund(opened.ref, amount=1000, key="refund-1") == first
    assert len(stub.refunds()) == 1


def test_more_than_came_is_refused_in_words(stub: Stub) -> None:
    opened = pay(stub)

    with pytest.raises(RefundRefused, match="already been refunded"):
        Stripe().refund(opened.ref, amount=4001, key="refund-1")
    with pytest.raises(RefundRefused, match="Nothing was paid"):
        Stripe().refund(Stripe().open_payment(LATER_KEY).ref, amount=1, key="refund-2")


LATER_KEY = replace(LATER, key="payment-8")


def save_card(stub: Stub) -> str:
    saved = fetch(pay(stub, SAVES)).saved
    assert saved == f"{stub.intents()[0]['customer']}/pm_card"
    return saved


def test_a_card_is_only_remembered_when_it_was_to_be(stub: Stub) -> None:
    assert fetch(pay(stub)).saved == ""


def test_a_saved_card_is_charged_once_for_each_key(stub: Stub) -> None:
    saved = save_card(stub)
    renewal = replace(WANTED, key="payment-8", amount=2500)

    first = Stripe().charge_saved(renewal, saved=saved)
    stub.forget_keys()
    again = Stripe().charge_saved(renewal, saved=saved)

    assert first == again
    assert (first.ref[:3], first.url) == ("pi_", "")
    assert fetch(first) == ProviderPayment(2500, "EUR", captured=2500, refunded=0, is_open=False)
    assert len(stub.intents()) == 2


def test_money_of_a_saved_card_goes_back_too(stub: Stub) -> None:
    opened = Stripe().charge_saved(replace(WANTED, key="payment-8"), saved=save_card(stub))

    ref = Stripe().refund(opened.ref, amount=4000, key="refund-1")

    refunds = (Returned(ref, "refund-1", 4000),)
    assert fetch(opened) == replace(PAID, refunded=4000, refunds=refunds)


def test_a_saved_card_may_authorize_an_amount(stub: Stub) -> None:
    opened = Stripe().charge_saved(LATER_KEY, saved=save_card(stub))
    assert fetch(opened).authorized == 4000

    Stripe().close(opened.ref)

    assert fetch(opened) == ProviderPayment(4000, "EUR", 0, 0, is_open=False)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("insufficient_funds", "There is not enough money on the card."),
        ("expired_card", "The card has expired."),
        ("authentication_required", "The bank needs the cardholder to confirm it."),
        ("generic_decline", "The card was declined."),
    ],
)
def test_a_declined_saved_card_is_no_error(stub: Stub, reason: str, words: str) -> None:
    saved = save_card(stub)
    stub.declines = reason

    opened = Stripe().charge_saved(replace(WANTED, key="payment-8"), saved=saved)

    assert fetch(opened) == ProviderPayment(4000, "EUR", 0, 0, is_open=False, failure=words)


@pytest.mark.parametrize("saved", ["", "cus_1", "cus_gone/pm_card"])
def test_a_card_that_is_gone_is_never_charged(stub: Stub, saved: str) -> None:
    with pytest.raises(OpenRefused):
        Stripe().charge_saved(WANTED, saved=saved)


def test_an_hour_that_stripe_does_not_like_is_refused_for_good(stub: Stub) -> None:
    with pytest.raises(OpenRefused, match="expires_at_invalid"):
        Stripe().open_payment(replace(WANTED, expires_at=NOW - timedelta(minutes=5)))


@pytest.mark.parametrize("how", ["500", "slow", "drop", "garbage"])
@pytest.mark.long
def test_a_provider_that_fails_is_down(
    stub: Stub, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "slow":  # others must not fail because this machine is busy
        monkeypatch.setattr(stripe_api, "PATIENCE", 0.5)
    opened = pay(stub)
    verbs: dict[str, Callable[[], object]] = {
        "POST /v1/checkout/sessions": lambda: Stripe().open_payment(LATER_KEY),
        "GET /v1/checkout/sessions": lambda: fetch(opened),
        "POST /v1/refunds": lambda: Stripe().refund(opened.ref, amount=1, key="refund-1"),
    }
    for path, verb in verbs.items():
        stub.fail(path, how, times=2)
        with pytest.raises(ProviderDown):
            verb()


def test_one_hiccup_is_not_even_noticed(stub: Stub) -> None:
    stub.fail("POST /v1/checkout/sessions", "drop", times=1)

    opened = Stripe().open_payment(WANTED)

    assert opened.ref == "cs_test_1"
    assert len(stub.seen("POST /v1/checkout/sessions")) == 2


def test_a_refund_whose_answer_was_lost_is_done_once(stub: Stub) -> None:
    opened = pay(stub)
    stub.fail("POST /v1/refunds", "drop", times=2)
    with pytest.raises(ProviderDown):
        Stripe().refund(opened.ref, amount=1000, key="refund-1")

    Stripe().refund(opened.ref, amount=1000, key="refund-1")

    assert [row["amount"] for row in stub.refunds()] == [1000]


def test_a_wrong_key_is_never_repeated(stub: Stub, caplog: pytest.LogCaptureFixture) -> None:
    wrong = SECRET_KEY.replace("stubbed", "mistaken")
    with (
        caplog.at_level(logging.DEBUG),
        override_settings(STRIPE_SECRET_KEY=wrong),
        pytest.raises(ProviderDown) as down,
    ):
        Stripe().open_payment(WANTED)

    told = f"{down.value!r} {down.value.__cause__!r} {caplog.text}"
    assert str(down.value) == "stripe: AuthenticationError 401"
    assert down.value.__suppress_context__
    assert wrong not in told


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        (1250, "EUR", 1250),
        (500, "JPY", 500),
        (500, "ISK", 50000),
        (3000, "UGX", 300000),
        (5120, "KWD", 5120),
    ],
)
def test_currencies_are_counted_as_stripe_counts_them(
    stub: Stub, amount: int, currency: str, units: int
) -> None:
    opened = pay(stub, replace(WANTED, amount=amount, currency=currency))

    assert stub.rows[opened.ref]["amount_total"] == units
    assert fetch(opened) == ProviderPayment(
        amount, currency, captured=amount, refunded=0, is_open=False
    )


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("expired_or_canceled_card", "The card has expired or was cancelled."),
        ("unknown", "The bank did not take the money back."),
    ],
)
def test_a_refund_that_its_bank_refuses_later_is_told_by_its_status(
    stub: Stub, reason: str, words: str
) -> None:
    opened = pay(stub)
    gone = Stripe().refund(opened.ref, amount=1000, key="refund-1")
    came_back = Stripe().refund(opened.ref, amount=500, key="refund-2")
    stub.refuse_refund(came_back, reason)

    refunds = (Returned(came_back, "refund-2", 500, words), Returned(gone, "refund-1", 1000))
    assert fetch(opened) == replace(PAID, refunded=1000, refunds=refunds)


def test_what_stripe_counts_on_the_charge_is_not_asked(stub: Stub) -> None:
    opened = pay(stub)
    stub.refuse_refund(Stripe().refund(opened.ref, amount=1000, key="refund-1"))
    stub.rows["ch_3"]["amount_refunded"] = 1000

    assert fetch(opened).refunded == 0


def test_a_refund_that_was_refused_is_not_taken_for_done_the_next_time(stub: Stub) -> None:
    opened = pay(stub)
    stub.refuse_refund(Stripe().refund(opened.ref, amount=1000, key="refund-1"))
    stub.forget_keys()

    with pytest.raises(RefundRefused, match="The card has expired or was cancelled"):
        Stripe().refund(opened.ref, amount=1000, key="refund-1")
    assert len(stub.refunds()) == 1


def test_more_refunds_than_come_along_are_asked_for(stub: Stub) -> None:
    opened = pay(stub)
    for number in range(12):
        Stripe().refund(opened.ref, amount=100, key=f"refund-{number}")
    stub.asked.clear()

    state = fetch(opened)

    assert (state.refunded, len(state.refunds)) == (1200, 12)
    assert [f"{method} {path}" for method, path, _params in stub.asked] == [
        f"GET /v1/checkout/sessions/{opened.ref}",
        "GET /v1/refunds",
    ]


def test_an_amount_that_stripe_cannot_count_is_refused(stub: Stub) -> None:
    with pytest.raises(OpenRefused):
        Stripe().open_payment(replace(WANTED, amount=5124, currency="KWD"))
    assert stub.asked == []


def test_an_amount_that_we_cannot_count_is_not_believed(stub: Stub) -> None:
    opened = pay(stub, replace(WANTED, amount=500, currency="ISK"))
    stub.rows[opened.ref]["amount_total"] = 50050

    with pytest.raises(ProviderDown, match="amount_total 50050 ISK"):
        fetch(opened)
