"""The sandbox authorizes amounts, takes them later, and remembers cards."""

from datetime import timedelta

import pytest
from django.test import Client

from apps.checkout import operations as checkout
from apps.checkout.models import SandboxSession
from apps.checkout.operations import Act
from apps.checkout.providers import CaptureRefused, Opened, ProviderPayment, Wanted
from apps.checkout.providers.sandbox import Sandbox
from tests.factories import NOW
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
MUCH_LATER = NOW + timedelta(days=8)


def wanted(key: str = "payment-1", *, captures_later: bool = False, saves: bool = False) -> Wanted:
    return Wanted(
        key=key,
        amount=4000,
        currency="EUR",
        seller="Juniper Hair",
        words="Bridal hair",
        email="carl@example.com",
        return_url="http://testserver/back",
        cancel_url="http://testserver/pay",
        expires_at=NOW + timedelta(minutes=10),
        captures_later=captures_later,
        saves_card=saves,
    )


def pay(asked: Wanted) -> Opened:
    opened = Sandbox().open_payment(asked)
    checkout.act_in_sandbox(ref=opened.ref, act=Act.PAY, now=NOW)
    return opened


def state(opened: Opened) -> tuple[int, int, bool, str]:
    told = Sandbox().fetch(opened.ref, now=NOW)
    return told.authorized, told.captured, told.is_open, told.failure


def test_an_amount_is_authorized_and_taken_once() -> None:
    opened = pay(wanted(captures_later=True))
    assert state(opened) == (4000, 0, False, "")

    for _time in range(2):
        Sandbox().capture(opened.ref, key="capture-1")

    assert state(opened) == (0, 4000, False, "")


def test_what_is_closed_is_let_go_and_taken_never() -> None:
    opened = pay(wanted(captures_later=True))

    Sandbox().close(opened.ref)

    assert state(opened) == (0, 0, False, "")
    with pytest.raises(CaptureRefused):
        Sandbox().capture(opened.ref, key="capture-1")


def test_what_was_taken_stays_when_it_is_closed() -> None:
    opened = pay(wanted())

    Sandbox().close(opened.ref)

    assert state(opened) == (0, 4000, False, "")


def test_the_bank_lets_go_after_a_week() -> None:
    opened = pay(wanted(captures_later=True))

    told = Sandbox().fetch(opened.ref, now=MUCH_LATER)
    with pytest.raises(CaptureRefused, match="The bank no longer holds the amount"):
        Sandbox().capture(opened.ref, key="capture-1")

    assert told == ProviderPayment(
        4000,
        "EUR",
        0,
        0,
        is_open=False,
        failure="The bank no longer holds the amount.",
    )


def test_a_saved_card_is_charged_without_a_page_once_for_each_key() -> None:
    saved = Sandbox().fetch(pay(wanted(saves=True)).ref, now=NOW).saved

    first = Sandbox().charge_saved(wanted("payment-2"), saved=saved)
    again = Sandbox().charge_saved(wanted("payment-2"), saved=saved)

    assert (first.url, first.ref) == ("", again.ref)
    assert state(first) == (0, 4000, False, "")
    assert SandboxSession.objects.count() == 2


def test_a_saved_card_may_authorize_an_amount_too() -> None:
    saved = Sandbox().fetch(pay(wanted(saves=True)).ref, now=NOW).saved

    opened = Sandbox().charge_saved(wanted("payment-2", captures_later=True), saved=saved)

    assert state(opened) == (4000, 0, False, "")


def test_a_card_that_nobody_saved_is_declined_in_words() -> None:
    assert Sandbox().fetch(pay(wanted()).ref, now=NOW).saved == ""

    for saved in ("", "card_of_nobody"):
        opened = Sandbox().charge_saved(wanted(f"payment-{saved}"), saved=saved)
        assert state(opened) == (0, 0, False, "The card was declined.")


def test_the_page_says_what_becomes_of_money_and_card(client: Client) -> None:
    aside = "The amount is only held on the card."
    remembered = "The card is saved"

    plain = text_of(client.get(Sandbox().open_payment(wanted()).url))
    both = text_of(
        client.get(Sandbox().open_payment(wanted("2", captures_later=True, saves=True)).url)
    )

    assert [words in plain for words in (aside, remembered)] == [False, False]
    assert [words in both for words in (aside, remembered)] == [True, True]
