"""A payment that was begun is shown, and no second tap replaces it by another amount."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.bookings.models import Booking
from apps.catalog.models import Service
from apps.checkout.models import GiftCard, Payment, SandboxSession
from tests.checkout.test_balance import carl, page_of
from tests.checkout.test_views import press, to_pay_page
from tests.factories import NOW, Salon, make_booking
from tests.pages import fields_of, text_of

pytestmark = pytest.mark.django_db
TYPED = NOW + timedelta(seconds=30)
CARL = {"name": "Carl Vogt", "email": "carl@example.com"}


@pytest.fixture
def rest(salon: Salon) -> Booking:
    """€74.00 to be paid, in any part."""
    Service.objects.filter(pk=salon.colour.pk).update(any_amount=True, deposit=1000)
    salon.colour.refresh_from_db()
    return make_booking(service=salon.colour, starts_at=salon.at(26, 12), now=NOW)


def pay(browser: Client, booking: Booking, **typed: str) -> Any:
    return browser.post(f"/manage/{booking.reference}/pay", typed)


def amounts() -> list[tuple[int, str]]:
    return list(Payment.objects.order_by("pk").values_list("amount", "status"))


def test_a_double_tap_on_a_part_is_one_payment_of_that_part(rest: Booking) -> None:
    browser = carl(rest)

    taps = [pay(browser, rest, amount="10") for _tap in range(2)]

    assert [tap.status_code for tap in taps] == [303, 303]
    assert len({tap["Location"] for tap in taps}) == 1
    assert amounts() == [(1000, "PENDING")]


@pytest.mark.parametrize("amount", ["20", "74"])
def test_another_amount_shows_the_payment_that_is_under_way(rest: Booking, amount: str) -> None:
    browser = carl(rest)
    there = pay(browser, rest, amount="10")["Location"]

    page = pay(browser, rest, amount=amount)

    assert page.status_code == 409
    for words in ("A payment is in progress.", "Continue paying €10.00", "Cancel this payment"):
        assert words in text_of(page)
    assert amounts() == [(1000, "PENDING")]
    assert pay(browser, rest, go_on="1")["Location"] == there


def test_what_is_given_up_makes_room_for_another_amount(rest: Booking) -> None:
    browser = carl(rest)
    pay(browser, rest, amount="10")

    assert pay(browser, rest, give_up="1").status_code == 303
    assert "A payment is in progress." not in page_of(browser, rest)
    assert SandboxSession.objects.get().state == "CANCELED"
    pay(browser, rest, amount="20")

    assert amounts() == [(1000, "CANCELED"), (2000, "PENDING")]


def test_giving_up_what_was_paid_leaves_it_paid(rest: Booking) -> None:
    browser = carl(rest)
    there = pay(browser, rest, amount="10")["Location"]
    browser.post(there, {"act": "PAY_SILENTLY"})

    pay(browser, rest, give_up="1")

    rest.refresh_from_db()
    assert (rest.payment_status, rest.paid) == ("PARTIALLY_PAID", 1000)


def test_a_stranger_can_neither_go_on_nor_give_up(rest: Booking) -> None:
    pay(carl(rest), rest, amount="10")

    for act in ("go_on", "give_up"):
        assert pay(Client(), rest, **{act: "1"}).status_code == 404
    assert amounts() == [(1000, "PENDING")]


def test_an_old_pay_page_replaces_nothing_and_a_fresh_one_says_what_it_does(
    client: Client, salon: Salon
) -> None:
    path = to_pay_page(client, salon)
    old = fields_of(client.get(path))
    first = client.post(path, {**old, "way": "DEPOSIT"})
    again = client.post(path, {**old, "way": "DEPOSIT"})
    other = client.post(path, {**old, "way": "FULL"})

    assert first["Location"] == again["Location"]
    assert other.status_code == 409
    assert amounts() == [(2000, "PENDING")]
    for words in (
        "You started to pay €20.00",
        "Continue paying €20.00",
        "that payment is cancelled",
    ):
        assert words in text_of(other)
    assert client.post(path, {"go_on": "1"})["Location"] == first["Location"]

    chosen = press(client, path, way="FULL")
    assert chosen.status_code == 303
    assert amounts() == [(2000, "CANCELED"), (4800, "PENDING")]


def test_a_form_that_bought_a_gift_card_buys_no_other_one_unseen(
    client: Client, salon: Salon
) -> None:
    type(salon.business).objects.update(sells_gift_cards=True)
    path = "/juniper/gift-card/"
    form = {**fields_of(client.get(path)), **CARL}
    with time_machine.travel(TYPED, tick=False):
        first = client.post(path, {**form, "amount": "50"})
        again = client.post(path, {**form, "amount": "50"})
        other = client.post(path, {**form, "amount": "100"})

    assert first["Location"] == again["Location"]
    assert other.status_code == 409
    assert "gift card for €50.00" in text_of(other)
    assert [it.value for it in GiftCard.objects.all()] == [5000]
    with time_machine.travel(TYPED + timedelta(seconds=30), tick=False):
        client.post(path, {**fields_of(other), **CARL, "amount": "100"})
    assert sorted(it.value for it in GiftCard.objects.all()) == [5000, 10000]


def test_the_desk_sees_what_is_under_way(client: Client, salon: Salon, rest: Booking) -> None:
    client.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    pay(carl(rest), rest, amount="10")

    page = text_of(client.get(f"/own/juniper/bookings/{rest.reference}/"))
    assert "Online, €10.00 in progress" in page
