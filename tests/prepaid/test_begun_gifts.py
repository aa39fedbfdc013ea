"""A gift card that was begun and not paid; and what may pay for a gift card: money alone."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.businesses.models import Business
from apps.checkout.models import CouponUse, GiftCard, Order, Payment
from apps.checkout.operations import Act
from apps.prepaid import operations as prepaid
from tests.factories import NOW, Salon
from tests.factories.coupons import make_coupon, make_discount
from tests.factories.money import pay_in_sandbox, work
from tests.factories.prepaid import make_gift_card
from tests.pages import fields_of, text_of
from tests.prepaid.books import assert_the_books_add_up

pytestmark = pytest.mark.django_db
PATH = "/juniper/gift-card/"
TYPED = NOW + timedelta(seconds=30)
LATER = NOW + timedelta(minutes=1)
SAID = {
    "amount": "80",
    "to_name": "Nina",
    "to_email": "nina@example.com",
    "words": "Happy birthday",
    "name": "Carl Vogt",
    "email": "carl@example.com",
}


@pytest.fixture(autouse=True)
def sells(salon: Salon) -> None:
    Business.objects.filter(pk=salon.business.pk).update(sells_gift_cards=True)


def buy(browser: Client, **said: str) -> Any:
    """Read the page, take half a minute to type, press the button."""
    fields = fields_of(browser.get(PATH))
    with time_machine.travel(TYPED, tick=False):
        return browser.post(PATH, {**fields, **SAID, **said})


def begin(browser: Client) -> str:
    """Go to the bank, and return where the card's page is."""
    assert buy(browser)["Location"].startswith("/practice/")
    return f"/gifts/{GiftCard.objects.get().reference}/"


# Going back from the bank


def test_going_back_from_the_bank_leads_to_the_card_as_it_was_begun(client: Client) -> None:
    card = begin(client)

    back = client.get(PATH)

    assert (back.status_code, back["Location"]) == (303, f"{card}?begun=1")
    page = text_of(client.get(back["Location"]))
    for words in ("You started to pay €80.00", "Gift card for Nina", "Happy birthday"):
        assert words in page
    assert "Continue paying €80.00" in page
    assert "We are confirming your payment" not in page


def test_going_on_leads_to_the_same_payment(client: Client) -> None:
    card = begin(client)

    there = client.post(f"{card}pay")

    assert (there.status_code, there["Location"]) == (303, Payment.objects.get().url)


def test_whoever_changes_it_finds_all_as_it_was_typed(client: Client) -> None:
    card = begin(client)

    form = client.post(f"{card}change")

    assert (form.status_code, form["Location"]) == (303, PATH)
    assert Payment.objects.get().status == "CANCELED"
    shown = fields_of(client.get(PATH))
    assert {name: shown[name] for name in SAID} == SAID
    assert buy(client, amount="90")["Location"].startswith("/practice/")
    newest = GiftCard.objects.latest("pk")
    assert (newest.value, newest.to_name) == (9000, "Nina")
    assert client.get(PATH)["Location"] == f"/gifts/{newest.reference}/?begun=1"
    assert_the_books_add_up()


def test_a_card_that_was_paid_meanwhile_is_shown_in_place_of_a_change(client: Client) -> None:
    card = begin(client)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)

    assert client.post(f"{card}change")["Location"] == card

    assert GiftCard.objects.get().status == "ACTIVE"
    fresh = client.get(PATH)
    assert (fresh.status_code, fields_of(fresh)["name"]) == (200, "")


def test_one_that_was_bought_leaves_the_form_empty_for_the_next(client: Client) -> None:
    begin(client)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)
    work(LATER)

    shown = fields_of(client.get(PATH))

    assert [shown[name] for name in SAID] == [""] * len(SAID)


def test_after_a_refusal_the_card_says_so_and_may_be_paid_or_changed(client: Client) -> None:
    begin(client)
    pay_in_sandbox(Payment.objects.get(), Act.DECLINE, now=LATER)
    work(LATER)

    page = text_of(client.get(client.get(PATH)["Location"]))

    for words in ("This is not paid yet. You have not been charged.", "Pay €80.00", "Change"):
        assert words in page


def test_nobody_else_changes_it(client: Client) -> None:
    card = begin(client)
    sam = Client()

    assert (sam.post(f"{card}change").status_code, sam.get(PATH).status_code) == (404, 200)
    assert client.get(f"{card}change").status_code == 405
    assert Payment.objects.get().status == "PENDING"


def test_another_business_asks_anew(client: Client) -> None:
    begin(client)
    Business.objects.update(slug="moved")
    other = GiftCard.objects.get().business
    assert client.get("/moved/gift-card/").status_code == 303

    session = client.session
    session["gift_till"] = {**session["gift_till"], "business": other.pk + 1}
    session.save()

    assert client.get("/moved/gift-card/").status_code == 200


# Money alone pays for a gift card (rule M25)


@pytest.fixture
def reductions(salon: Salon) -> GiftCard:
    """Everything that makes other things cheaper, and a card with money on it."""
    make_coupon(business=salon.business, code="WINTER10", covers_plans=True)
    make_discount(business=salon.business)
    return make_gift_card(by=salon.olga, value=20000)


def test_the_page_asks_for_no_code_and_none_counts(client: Client, reductions: GiftCard) -> None:
    page = text_of(client.get(PATH))
    assert ("Have a code?" in page, "Apply" in page, "discount" in page.lower()) == (
        False,
        False,
        False,
    )

    buy(client, code="WINTER10", used_code="WINTER10", gift=reductions.code, update="")

    newest = GiftCard.objects.latest("pk")
    order = Order.objects.get(gift_card=newest)
    assert (order.total, order.discount, order.coupon_code) == (8000, 0, "")
    assert list(order.payments.values_list("kind", "amount")) == [("ONLINE", 8000)]
    reductions.refresh_from_db()
    assert (CouponUse.objects.count(), reductions.balance) == (0, 20000)


def test_nothing_is_taken_off_at_the_desk_either(salon: Salon, reductions: GiftCard) -> None:
    buyer = prepaid.Buyer("Carl Vogt", "carl@example.com")
    card = prepaid.sell_gift_card(
        gift=prepaid.Gift(value=8000, buyer=buyer), by=salon.olga, now=NOW
    )

    order = Order.objects.get(gift_card=card)
    assert (order.total, order.discount) == (8000, 0)
    assert list(order.payments.values_list("kind", "captured")) == [("IN_PERSON", 8000)]
    assert_the_books_add_up()
