"""Blocked customers cannot book online, whatever they spell; the owner sees that they tried."""

from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.availability.models import Occupancy
from apps.bookings.models import Booking
from apps.customers.models import Customer
from apps.customers.operations import block_customer, unblock_customer
from apps.customers.queries import identity_of
from tests.factories import NOW, Salon, make_booking, make_salon
from tests.pages import TYPING, fill, hold, text_of


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("carl@example.com", "CARL@Example.com ", True),
        ("carl@example.com", "carl+new@example.com", True),
        ("carl.vogt@gmail.com", "carlvogt+x@googlemail.com", True),
        ("carl.vogt@example.com", "carlvogt@example.com", False),
        ("carl@example.com", "carl@example.org", False),
        ("carl@example.com", "carla@example.com", False),
    ],
)
def test_spellings_of_one_mailbox(one: str, other: str, *, same: bool) -> None:
    assert (identity_of(one) == identity_of(other)) is same


@pytest.fixture
def salon(db: None) -> Any:
    """Carl came once and is blocked."""
    with time_machine.travel(NOW, tick=False):
        salon = make_salon(slug="juniper")
        make_booking(service=salon.cut, starts_at=salon.at(25, 10), now=NOW)
        Customer.objects.update(phone="+49305550142")
        block_customer(business_id=salon.business.pk, customer_id=Customer.objects.get().pk)
        yield salon


def try_to_book(salon: Salon, typed: dict[str, str]) -> Any:
    client = Client()
    at = salon.at(26, 10).astimezone(salon.business.zone)
    return fill(client, hold(client, salon.cut, at), typed)


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "Carl Vogt", "email": "carl@example.com"},
        {"name": "Somebody Else", "email": "Carl+2@Example.com"},
        {"name": "Carla", "email": "carla@example.com", "phone": "030 555 0142"},
    ],
)
def test_a_blocked_person_is_told_to_call_and_loses_no_text(
    salon: Salon, typed: dict[str, str]
) -> None:
    answer = try_to_book(salon, typed)

    text = text_of(answer)
    draft = Booking.objects.get(status="CREATED")
    assert answer.status_code == 422
    assert "This cannot be booked online. Please call 030 555 0142." in text
    assert f'value="{typed["name"]}"' in text
    assert "block" not in text.lower()
    assert Occupancy.objects.filter(session=draft.session).count() == 0
    assert Customer.objects.get(email="carl@example.com").turned_away_at == NOW + TYPING


def test_others_book_as_ever(salon: Salon) -> None:
    assert try_to_book(salon, {"name": "Eva", "email": "eva@example.com"}).status_code == 303


def test_a_block_holds_at_one_business_only(salon: Salon) -> None:
    other = make_salon(slug="other")

    assert try_to_book(other, {"name": "Carl", "email": "carl@example.com"}).status_code == 303


def test_an_unblocked_person_books_again(salon: Salon) -> None:
    unblock_customer(business_id=salon.business.pk, customer_id=Customer.objects.get().pk)

    assert try_to_book(salon, {"name": "Carl", "email": "carl@example.com"}).status_code == 303


def test_a_contact_of_another_business_cannot_be_blocked(salon: Salon) -> None:
    other = make_salon(slug="other")

    with pytest.raises(Customer.DoesNotExist):
        block_customer(business_id=other.business.pk, customer_id=Customer.objects.get().pk)


def test_the_owner_blocks_and_unblocks_from_a_booking(salon: Salon) -> None:
    olga = Client()
    olga.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    page = f"/own/juniper/bookings/{Booking.objects.get().reference}/"
    before = text_of(olga.get(page))

    olga.post(f"{page}unblock/")
    between = text_of(olga.get(page))
    olga.post(f"{page}block/")

    assert ('id="unblock"' in before, 'id="block"' in between) == (True, True)
    assert Customer.objects.get().blocked
