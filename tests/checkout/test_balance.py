"""The rest, paid by the link; and the receipt of what was paid (rules M12, M7)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client, override_settings

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.checkout.models import Payment
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.ledger.check import find_all
from tests.factories import NOW, Salon, make_booking
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work
from tests.pages import text_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def booking(salon: Salon) -> Booking:
    """Carl's cut, €20.00 of €48.00 paid online."""
    draft = make_prepared(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    check_out(draft, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)
    work(LATER)
    draft.refresh_from_db()
    return draft


def carl(booking: Booking) -> Client:
    browser = Client()
    token = bookings.create_access_link(booking=booking, now=NOW)
    assert browser.get(f"/m/{token}").status_code == 303
    return browser


def page_of(browser: Client, booking: Booking) -> str:
    return text_of(browser.get(f"/manage/{booking.reference}/"))


def pay(browser: Client, booking: Booking) -> Any:
    return browser.post(f"/manage/{booking.reference}/pay")


def test_the_rest_is_paid_by_the_link(booking: Booking) -> None:
    browser = carl(booking)
    assert "Pay €28.00 online" in page_of(browser, booking)

    there = pay(browser, booking)
    assert pay(browser, booking)["Location"] == there["Location"]
    back = browser.post(there["Location"], {"act": "PAY"})
    assert back["Location"] == f"http://testserver/manage/{booking.reference}/"
    assert "A payment is in progress." in page_of(browser, booking)
    work(LATER)

    booking.refresh_from_db()
    assert (booking.payment_status, booking.paid) == ("PAID", 4800)
    page = page_of(browser, booking)
    assert "€48.00, paid" in page
    assert "online</button>" not in page
    assert pay(browser, booking).status_code == 409
    assert list(find_all(business_id=None, now=LATER)) == []


def test_a_booking_that_was_to_be_paid_there_may_be_paid_ahead(salon: Salon) -> None:
    plain = make_booking(service=salon.colour, starts_at=salon.at(26, 12), now=NOW)
    browser = carl(plain)

    there = pay(browser, plain)
    browser.post(there["Location"], {"act": "PAY"})
    work(LATER)

    plain.refresh_from_db()
    assert (plain.payment_status, plain.paid) == ("PAID", 7400)
    assert list(find_all(business_id=None, now=LATER)) == []


def test_where_nothing_is_paid_online_nothing_is_offered(salon: Salon, booking: Booking) -> None:
    with override_settings(PAYMENT_PROVIDER=""):
        browser = carl(booking)
        assert "online</button>" not in page_of(browser, booking)
        assert pay(browser, booking).status_code == 409


def test_money_for_a_booking_that_was_cancelled_meanwhile_goes_back(
    booking: Booking, salon: Salon
) -> None:
    """The €28.00 that came too late, by itself; the deposit of before is the team's to decide."""
    browser = carl(booking)
    there = pay(browser, booking)["Location"]
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        by=salon.olga,
        now=NOW,
    )
    browser.post(there, {"act": "PAY"})
    for _look in range(2):
        work(LATER)

    booking.refresh_from_db()
    assert (booking.status, booking.paid, booking.returned) == ("CANCELED", 2000, 2800)
    assert list(find_all(business_id=None, now=LATER)) == []


def test_a_receipt_says_what_was_paid_and_what_of_it_is_tax(booking: Booking) -> None:
    browser = carl(booking)

    page = text_of(browser.get(f"/manage/{booking.reference}/receipt"))

    for words in ("Receipt", "Juniper", "Carl Vogt", "of which 19 % VAT", "€7.66", "€28.00"):
        assert words in page


def test_without_money_there_is_no_receipt_and_a_stranger_sees_none(
    booking: Booking, salon: Salon
) -> None:
    plain = make_booking(service=salon.colour, starts_at=salon.at(26, 12), now=NOW)

    assert carl(plain).get(f"/manage/{plain.reference}/receipt").status_code == 404
    assert Client().get(f"/manage/{booking.reference}/receipt").status_code == 404
    with time_machine.travel(LATER, tick=False):
        assert Client().post(f"/manage/{booking.reference}/pay").status_code == 404
