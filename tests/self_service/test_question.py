"""The page of a request asks, two days before, what its customer would like to do (rule B36)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from tests.factories import NOW, Salon, make_request
from tests.self_service.test_cancel import let_in, words_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("at_now"),
    pytest.mark.both_databases,
]
HEADING = "What would you like to do?"
SAID = "You told us that you’re keeping it."


@pytest.fixture
def carls(salon: Salon) -> Booking:
    return make_request(service=salon.bridal, starts_at=salon.at(30, 15), now=NOW)


def asked(booking: Booking) -> Any:
    at = booking.starts_at - timedelta(hours=48)
    bookings.ask_who_waits(now=at)
    booking.refresh_from_db()
    return time_machine.travel(at, tick=False)


def wait_on(client: Client, booking: Booking, *, revision: int | str = 0) -> Any:
    shown = revision or booking.revision
    return client.post(f"/manage/{booking.reference}/wait-on", {"revision": shown})


def test_before_it_is_asked_the_page_does_not_ask(client: Client, carls: Booking) -> None:
    let_in(client, carls)

    assert HEADING not in words_of(client.get(f"/manage/{carls.reference}/"))


def test_three_answers_stand_there_and_each_leads_on(client: Client, carls: Booking) -> None:
    let_in(client, carls)
    with asked(carls):
        page = client.get(f"/manage/{carls.reference}/")

        assert HEADING in words_of(page)
        words = "It’s less than two days until then, so we’ve asked Juniper Hair again."
        assert words in words_of(page)
        for path in ("move", "cancel"):
            assert page.content.decode().count(f'href="/manage/{carls.reference}/{path}"') == 1
            assert client.get(f"/manage/{carls.reference}/{path}").status_code == 200


def test_keeping_on_waiting_is_said_and_can_be_sent_twice(client: Client, carls: Booking) -> None:
    let_in(client, carls)
    with asked(carls):
        for _tap in range(2):
            answer = wait_on(client, carls)
            assert (answer.status_code, answer["Location"]) == (
                303,
                f"/manage/{carls.reference}/",
            )

        page = client.get(f"/manage/{carls.reference}/")
        assert SAID in words_of(page)
        assert "Keep waiting" not in words_of(page).replace("You keep waiting", "")


@pytest.mark.parametrize("revision", [1, "x", "9" * 400, "-1"])
def test_an_old_or_odd_page_changes_nothing(
    client: Client, carls: Booking, revision: int | str
) -> None:
    let_in(client, carls)
    with asked(carls):
        page = wait_on(client, carls, revision=revision)

        assert (page.status_code, HEADING in words_of(page)) == (409, True)
        assert SAID not in words_of(page)


def test_a_stranger_answers_for_nobody(client: Client, carls: Booking) -> None:
    with asked(carls):
        assert wait_on(client, carls).status_code == 404
        assert client.get(f"/manage/{carls.reference}/wait-on").status_code == 405


def test_what_was_answered_meanwhile_is_told(client: Client, salon: Salon, carls: Booking) -> None:
    let_in(client, carls)
    with asked(carls):
        at = carls.starts_at - timedelta(hours=48)
        bookings.decline_request(
            booking_id=carls.pk, revision=carls.revision, by=salon.olga, now=at
        )

        page = wait_on(client, carls)

        assert (page.status_code, HEADING in words_of(page)) == (409, False)
