"""check_ledger finds a name that an erasure left behind (rule D10)."""

import pytest

from apps.bookings.models import Answer, Booking
from apps.customers.operations import erase_customer
from apps.ledger.check import find_all
from apps.privacy import operations as privacy
from tests.factories import NOW, Salon, make_booking, make_salon
from tests.privacy.people import AFTER

pytestmark = pytest.mark.django_db


@pytest.fixture
def salon() -> Salon:
    return make_salon()


@pytest.fixture
def booked(salon: Salon) -> Booking:
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)


def broken_rules() -> set[str]:
    return {finding.rule for finding in find_all(business_id=None, now=NOW)}


def test_a_booking_of_a_contact_that_was_erased_is_found(booked: Booking) -> None:
    erase_customer(
        customer_id=booked.customer_id or 0,
        business_id=booked.business_id,
        name="Erased",
        now=NOW,
    )

    assert broken_rules() == {"nobody_is_named"}


def test_an_answer_that_was_left_behind_is_found(booked: Booking) -> None:
    privacy.erase_mailbox(business_id=booked.business_id, email="carl@example.com", now=AFTER)
    assert broken_rules() == set()

    Answer.objects.create(booking=booked, label="?", kind="SHORT", value="Carl")

    assert broken_rules() == {"nobody_is_named"}
