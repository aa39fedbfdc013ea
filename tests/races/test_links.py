"""However many open one link at once, each use is counted (rule S20); however many close
the links, they are closed once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from apps.bookings import operations as bookings
from apps.bookings.models import AccessLink, Booking, LinkUse
from apps.web.devices import kind_of_device
from tests.factories import NOW, make_booking, make_salon

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
PHONE = kind_of_device("Mozilla/5.0 (Android 15; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0")


@pytest.fixture
def booking(transactional_db: None) -> Booking:
    salon = make_salon()
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)


def test_every_one_of_many_uses_is_counted_in_one_row(booking: Booking) -> None:
    token = bookings.create_access_link(booking=booking, now=NOW)

    def open_it(_tap: int) -> bool:
        try:
            return bookings.exchange_link(token=token, device=PHONE, now=NOW) is not None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(open_it, range(24)))

    assert opened == [True] * 24
    assert LinkUse.objects.get().times == 24


def test_two_browsers_that_close_the_links_close_them_once(booking: Booking) -> None:
    bookings.create_access_link(booking=booking, now=NOW)

    def close(_tap: int) -> None:
        try:
            bookings.close_links(
                booking_id=booking.pk,
                business_id=booking.business_id,
                revision=booking.revision,
                asked_by="",
                sends=False,
                now=NOW,
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(close, range(8)))

    assert AccessLink.objects.filter(revoked_at=None).count() == 0
    assert booking.history.filter(action="LINKS_CLOSED").count() == 1
