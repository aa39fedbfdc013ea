"""A draft for which a payment was begun is booked where it is paid for, whatever the owner changes
meanwhile: no booking keeps an order that nobody can pay (rules B6, C6)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details
from apps.catalog.models import Service
from apps.checkout import operations as checkout
from apps.checkout.models import Order, Payment
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.ledger.check import find_all
from tests.factories import NOW, Salon
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work
from tests.pages import DETAILS, fields_of, fill, hold

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=3)
OURS = {"Origin": "http://testserver"}


def only_at_the_salon(service: Service) -> None:
    service.pays_online, service.deposit = False, None
    service.save()


@pytest.fixture
def given_up(client: Client, salon: Salon) -> str:
    """The details page of somebody who began to pay a deposit and went back, before the owner let
    the service be paid at the salon only."""
    address = hold(client, salon.cut, salon.at(26, 11).astimezone(salon.business.zone))
    till = fill(client, address)["Location"]
    at_bank = client.post(till, {**fields_of(client.get(till)), "way": "DEPOSIT"})["Location"]
    client.post(at_bank, {"act": "CANCEL"})
    only_at_the_salon(salon.cut)
    return address


def send(client: Client, address: str) -> Any:
    with time_machine.travel(LATER, tick=False):
        typed = {**fields_of(client.get(address)), **DETAILS}
        with time_machine.travel(LATER + timedelta(seconds=30), tick=False):
            return client.post(address, typed, headers=OURS)


def test_the_details_lead_to_the_page_to_pay_again(client: Client, given_up: str) -> None:
    answer = send(client, given_up)

    assert answer["Location"] == f"{given_up}pay"
    assert Booking.objects.get().status == Booking.Status.CREATED


def test_there_it_is_booked_to_be_paid_at_the_salon(client: Client, given_up: str) -> None:
    till = send(client, given_up)["Location"]
    with time_machine.travel(LATER + timedelta(minutes=1), tick=False):
        page = client.get(till)
        done = client.post(till, {**fields_of(page), "way": "IN_PERSON"})

    booking, order = Booking.objects.get(), Order.objects.get()
    assert done["Location"] == f"/done/{booking.reference}/"
    assert (booking.status, booking.payment_status) == ("CONFIRMED", "NOT_PAID")
    assert (order.status, order.way, order.total) == ("APPROVED", "IN_PERSON", booking.price)
    assert list(find_all(business_id=None, now=LATER + timedelta(minutes=1))) == []


def test_the_operation_refuses_to_book_past_the_till(salon: Salon) -> None:
    draft = make_prepared(service=salon.cut, starts_at=salon.at(26, 11), now=NOW)
    check_out(draft, Way.DEPOSIT, now=NOW)
    only_at_the_salon(salon.cut)

    with pytest.raises(bookings.AtTheTill):
        bookings.submit_draft(
            draft_id=draft.draft_id,
            details=Details(name="Carl", email="carl@example.com"),
            seen_price=draft.price,
            now=LATER,
        )


def test_what_was_booked_past_the_till_before_is_owed_at_its_price(salon: Salon) -> None:
    draft = make_prepared(service=salon.cut, starts_at=salon.at(26, 11), now=NOW)
    check_out(draft, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.CANCEL, now=NOW)
    checkout.settle_open_payments(now=NOW + timedelta(minutes=2))
    work(NOW + timedelta(minutes=2))
    Booking.objects.update(payment_option="OFFLINE")
    bookings.submit_draft(
        draft_id=draft.draft_id,
        details=Details(name="Carl", email="carl@example.com"),
        seen_price=draft.price,
        now=LATER,
    )
    found = [it.rule for it in find_all(business_id=None, now=LATER)]

    forgotten = checkout.forget_abandoned_orders(now=LATER)
    booking = Booking.objects.get()
    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=LATER)

    booking.refresh_from_db()
    assert (found, forgotten) == (["booked_at_the_till"], 1)
    assert (booking.status, booking.payment_status, booking.paid) == ("CONFIRMED", "PAID", 4800)
    assert list(find_all(business_id=None, now=LATER)) == []
