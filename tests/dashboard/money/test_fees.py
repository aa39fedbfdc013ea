"""A fee that is owed, on the page of a booking and in the list of orders (rule M34)."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from tests.dashboard.conftest import Sit
from tests.factories import NOW, Salon, make_booking
from tests.factories.bookings import cancel_as_customer
from tests.factories.money import work
from tests.factories.prepaid import make_gift_card

pytestmark = pytest.mark.django_db
FINAL = NOW + timedelta(minutes=10)


@pytest.fixture
def owed(salon: Salon) -> Booking:
    """Carl cancelled too late what he would have paid at the salon: €24.00 are owed."""
    salon.policy.fee_windows = [[3 * 24 * 60, 5_000, None]]
    salon.policy.cancel_until_minutes = 0
    salon.policy.save()
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    cancel_as_customer(booking, fee=2400, now=NOW)
    checkout.finish_cancellations(now=FINAL)
    work(FINAL)
    mail.outbox.clear()
    booking.refresh_from_db()
    return booking


def page_of(booking: Booking) -> str:
    return f"/own/juniper/bookings/{booking.reference}/"


def words(client: Client, path: str) -> str:
    html = client.get(path).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def send(client: Client, booking: Booking, verb: str, **said: str) -> int:
    booking.refresh_from_db()
    sent = {"revision": str(booking.revision), **said}
    return client.post(f"{page_of(booking)}{verb}/", sent).status_code


def test_the_owner_reads_what_is_owed_and_how_to_get_it(olga: Client, owed: Booking) -> None:
    told = words(olga, page_of(owed))

    assert "Cancellation fee: €24.00" in told
    assert "Fee, instead of the total €24.00" in told
    assert "Still to be paid €24.00" in told
    for button in ("Take €24.00", "E-mail a link to pay", "Waive the fee"):
        assert button in told


def test_it_stands_in_the_list_of_what_is_to_be_paid(olga: Client, owed: Booking) -> None:
    assert owed.contact_name in words(olga, "/own/juniper/money/orders/?state=open")

    send(olga, owed, "paid")

    assert owed.contact_name not in words(olga, "/own/juniper/money/orders/?state=open")


def test_a_link_to_pay_is_sent(olga: Client, owed: Booking) -> None:
    assert send(olga, owed, "ask-to-pay") == 303

    work(FINAL)
    assert [it.subject.partition(":")[0] for it in mail.outbox] == ["Please pay"]


def test_a_gift_card_pays_it_at_the_desk(olga: Client, salon: Salon, owed: Booking) -> None:
    assert "Pay with a gift card" in words(olga, page_of(owed))
    small, big = (make_gift_card(by=salon.olga, value=it, now=FINAL) for it in (1000, 5000))

    assert send(olga, owed, "code", code=small.code) == 303
    assert "Still to be paid €14.00" in words(olga, page_of(owed))
    assert send(olga, owed, "code", code=big.code) == 303

    told = words(olga, page_of(owed))
    assert "Still to be paid" not in told
    assert "Pay with a gift card" not in told
    big.refresh_from_db()
    assert big.balance == 3600


def test_what_is_no_gift_card_pays_no_fee_and_stays_in_the_form(
    olga: Client, owed: Booking
) -> None:
    answer = olga.post(f"{page_of(owed)}code/", {"code": "WINTER10"})

    assert answer.status_code == 422
    html = answer.content.decode()
    assert 'value="WINTER10"' in html
    assert "Only a gift card pays a fee. A code takes nothing off it." in html


def test_it_is_waived_with_a_reason(olga: Client, owed: Booking) -> None:
    assert send(olga, owed, "waive-fee", reason="") == 422
    assert send(olga, owed, "waive-fee", reason="A regular") == 303

    told = words(olga, page_of(owed))
    assert "Fee waived by" in told
    assert "A regular" in told
    assert "Still to be paid" not in told


def test_the_front_desk_takes_the_money_and_waives_nothing(seat: Sit, owed: Booking) -> None:
    desk = seat("FRONT_DESK")
    told = words(desk, page_of(owed))

    assert "Take €24.00" in told
    assert "Waive the fee" not in told
    assert send(desk, owed, "waive-fee", reason="A friend") == 403
    assert send(desk, owed, "paid") == 303


def test_an_old_page_takes_nothing(olga: Client, owed: Booking) -> None:
    old = {"revision": str(owed.revision - 1), "reason": "A regular"}

    for verb in ("ask-to-pay", "waive-fee"):
        assert olga.post(f"{page_of(owed)}{verb}/", old).status_code == 409
