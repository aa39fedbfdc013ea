"""The team erases the customer of a booking, with a reason, and reads of it (rules D10, D11)."""

import pytest
import time_machine
from django.test import Client

from apps.bookings.models import Booking
from apps.privacy.models import PrivacyEntry
from tests.factories import NOW, Salon, make_booking
from tests.pages import text_of
from tests.privacy.people import AFTER

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def booked(salon: Salon) -> Booking:
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)


def page_of(booking: Booking) -> str:
    return f"/own/juniper/bookings/{booking.reference}/erase/"


def test_a_booking_ahead_stands_in_the_way(client: Client, salon: Salon, booked: Booking) -> None:
    client.force_login(salon.olga.user)

    page = text_of(client.get(page_of(booked)))
    tap = client.post(page_of(booked), {"reason": "By phone"})

    assert f"({booked.reference}): it is not over." in page
    assert tap.status_code == 409
    assert PrivacyEntry.objects.count() == 0


def test_it_needs_a_reason_and_is_done_once(client: Client, salon: Salon, booked: Booking) -> None:
    with time_machine.travel(AFTER, tick=False):
        client.force_login(salon.olga.user)
        bare = client.post(page_of(booked), {"reason": " "})
        done = [client.post(page_of(booked), {"reason": "By phone"}) for _tap in range(2)]
        page = text_of(client.get(f"/own/juniper/bookings/{booked.reference}/"))
        told = text_of(client.get("/own/juniper/privacy/"))
        again = text_of(client.get(page_of(booked)))

    assert bare.status_code == 422
    assert "Enter a reason for erasing this." in text_of(bare)
    assert [it.status_code for it in done] == [303, 303]
    assert "Carl" not in page
    assert "Erased: nothing says any more who it was." in page
    assert "By phone" in told
    assert "1 booking" in told
    assert "Carl" not in told
    assert "This was done already" in again
    assert PrivacyEntry.objects.count() == 1
