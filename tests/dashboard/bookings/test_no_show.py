"""Nobody came: marked on the page of a booking, or on the roster (rule B40)."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from apps.bookings.models import Booking
from apps.checkout.models import Order
from tests.dashboard.conftest import Sit
from tests.factories import NOW, Salon, make_booking

pytestmark = pytest.mark.django_db


@pytest.fixture
def missed(salon: Salon, clock: time_machine.Traveller) -> Booking:
    """Carl's cut of €48.00 began ten minutes ago; not to come costs half."""
    salon.policy.fee_windows = [[60, 5_000, None]]
    salon.policy.save()
    booking = make_booking(service=salon.cut, starts_at=salon.at(24, 11), now=NOW)
    clock.move_to(booking.starts_at + timedelta(minutes=10))
    return booking


def page_of(booking: Booking) -> str:
    return f"/own/juniper/bookings/{booking.reference}/"


def words(client: Client, booking: Booking) -> str:
    html = client.get(page_of(booking)).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def send(client: Client, booking: Booking, verb: str, **said: str) -> int:
    booking.refresh_from_db()
    sent = {"revision": str(booking.revision), **said}
    return client.post(f"{page_of(booking)}{verb}/", sent).status_code


def fee_of(booking: Booking) -> int:
    booking.refresh_from_db()
    return booking.cancellation_fee


def test_the_owner_reads_what_it_charges_and_taps(olga: Client, missed: Booking) -> None:
    assert "The policy charges €24.00 for that." in words(olga, missed)

    assert send(olga, missed, "no-show", fee="24.00") == 303

    told = words(olga, missed)
    assert "Did not come. The fee is €24.00." in told
    assert "Marked as a no-show by" in told
    assert "Still to be paid €24.00" in told


def test_they_came_after_all(olga: Client, missed: Booking) -> None:
    send(olga, missed, "no-show")

    assert send(olga, missed, "came") == 303

    assert (fee_of(missed), Order.objects.get().fee) == (0, None)
    assert "No-show taken back by" in words(olga, missed)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"fee": "10.00"}, "Say why: the policy says otherwise."),
        ({"no_fee": "on"}, "Say why: the policy says otherwise."),
        ({"fee": "24.01"}, "A fee can be lowered, not raised."),
    ],
)
def test_less_needs_a_reason_and_more_is_refused(
    olga: Client, missed: Booking, said: dict[str, str], told: str
) -> None:
    sent = {"revision": str(missed.revision), **said}
    answer = olga.post(f"{page_of(missed)}no-show/", sent)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert fee_of(missed) == 0


@pytest.mark.parametrize(("said", "fee"), [({"fee": "10.00"}, 1000), ({"no_fee": "on"}, 0)])
def test_less_with_a_reason_is_charged(
    olga: Client, missed: Booking, said: dict[str, str], fee: int
) -> None:
    assert send(olga, missed, "no-show", reason="Her train was late", **said) == 303

    assert fee_of(missed) == fee
    assert "Did not come." in words(olga, missed)


def test_the_front_desk_marks_it_and_changes_no_fee(seat: Sit, missed: Booking) -> None:
    desk = seat("FRONT_DESK")

    assert "Charge no fee" not in words(desk, missed)
    assert send(desk, missed, "no-show", no_fee="on", fee="1.00", reason="A friend") == 303

    assert fee_of(missed) == 2400


def test_whoever_works_there_marks_their_own_and_sees_no_money(seat: Sit, missed: Booking) -> None:
    ana = seat("STAFF")
    told = words(ana, missed)

    assert "The fee of the policy is charged." in told
    assert "€24.00" not in told
    assert send(ana, missed, "no-show") == 303
    assert fee_of(missed) == 2400


def test_an_old_page_marks_nothing(olga: Client, missed: Booking) -> None:
    old = str(missed.revision - 1)

    assert send(olga, missed, "came") == 409
    assert olga.post(f"{page_of(missed)}no-show/", {"revision": old}).status_code == 409
    assert fee_of(missed) == 0


def test_before_it_begins_there_is_no_such_button(olga: Client, salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)

    assert "Did not come" not in words(olga, booking)
    assert send(olga, booking, "no-show") == 409
    assert fee_of(booking) == 0
