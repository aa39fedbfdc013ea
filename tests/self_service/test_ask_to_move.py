"""The pages on which a customer asks for another time, and takes that back (rules B4, B38)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, MoveRequest
from apps.catalog.models import Service
from apps.ledger.check import find_all
from tests.factories import NOW, Salon, make_booking, make_request
from tests.pages import fields_of, slot_at, slots_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def carl(salon: Salon) -> Booking:
    """With Ana on Thursday at 10:15, to which the team said yes."""
    salon.cut.requires_approval = True
    salon.cut.save()
    asked = make_request(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)
    return bookings.confirm_request(
        booking_id=asked.pk, revision=asked.revision, by=salon.olga, now=NOW
    )


@pytest.fixture
def his(client: Client, carl: Booking) -> Client:
    client.get(f"/m/{bookings.create_access_link(booking=carl, now=NOW)}")
    return client


def path(booking: Booking, tail: str = "") -> str:
    return f"/manage/{booking.reference}/{tail}"


def slot(salon: Salon, day: int, hour: int, minute: int = 0) -> str:
    return slot_at(salon.at(day, hour, minute).astimezone(salon.business.zone), staff="")


def send(client: Client, booking: Booking, value: str) -> Any:
    data = {"slot": value, "revision": booking.revision}
    return client.post(path(booking, "move"), data)


def test_from_the_page_of_the_booking_to_a_question_and_back(
    his: Client, salon: Salon, carl: Booking
) -> None:
    manage = his.get(path(carl))
    assert f'href="/manage/{carl.reference}/move">Ask for another time' in text_of(manage)

    picker = his.get(path(carl, "move"), {"date": "2026-11-27"})
    assert "Juniper Hair agrees each time in person." in text_of(picker)
    value = slot(salon, 27, 14)
    assert value in slots_of(picker)
    check = his.get(path(carl, "move/check"), {"slot": value})
    assert "Ask for Fri 27 Nov, 14:00" in text_of(check)
    words = "Your booking of Thu 26 Nov, 10:15 stays yours until Juniper Hair agrees."
    assert words in text_of(check)
    answer = his.post(path(carl, "move"), fields_of(check))

    assert (answer.status_code, answer["Location"]) == (303, path(carl))
    assert Booking.objects.get().starts_at == salon.at(26, 10, 15)
    page = his.get(path(carl))
    assert "You asked for Fri 27 Nov, 14:00." in text_of(page)
    assert "Your booking stays as it is until Juniper Hair answers." in text_of(page)
    assert "We’re holding the new time for you." in text_of(page)
    assert "Ask for another time" not in text_of(page)

    back = his.post(path(carl, "move/withdraw"), fields_of(page))

    assert (back.status_code, back["Location"]) == (303, path(carl))
    assert MoveRequest.objects.get().state == "WITHDRAWN"
    words = "You withdrew your request to move. Your booking stays as it is."
    assert words in text_of(his.get(path(carl)))
    assert list(find_all(business_id=None, now=NOW)) == []


def test_the_same_tap_twice_is_one_question(his: Client, salon: Salon, carl: Booking) -> None:
    for _time in range(2):
        assert send(his, carl, slot(salon, 27, 14)).status_code == 303

    assert MoveRequest.objects.count() == 1


def test_whoever_waits_for_an_answer_asks_nothing_else(
    his: Client, salon: Salon, carl: Booking
) -> None:
    send(his, carl, slot(salon, 27, 14))
    carl.refresh_from_db()

    for page in (his.get(path(carl, "move")), send(his, carl, slot(salon, 28, 9))):
        assert page.status_code == 409
        words = "You have already asked for another time. You can withdraw that first."
        assert words in text_of(page)


def test_a_time_that_is_gone_shows_the_picker_again(
    his: Client, salon: Salon, carl: Booking
) -> None:
    for person in (salon.ana, salon.ben):
        make_booking(
            service=salon.cut,
            starts_at=salon.at(27, 14),
            now=NOW,
            email=f"{person.pk}@example.com",
            resource_id=person.resource_id,
        )

    page = send(his, carl, slot(salon, 27, 14))

    assert page.status_code == 409
    assert slots_of(page)
    assert MoveRequest.objects.count() == 0


def test_a_page_from_before_the_answer_withdraws_nothing(
    his: Client, salon: Salon, carl: Booking
) -> None:
    send(his, carl, slot(salon, 27, 14))
    carl.refresh_from_db()
    bookings.accept_move(
        booking_id=carl.pk,
        business_id=carl.business_id,
        revision=carl.revision,
        by=salon.olga,
        now=NOW,
    )

    page = his.post(path(carl, "move/withdraw"), {"revision": carl.revision})

    assert page.status_code == 409
    assert "This booking was changed in the meantime." in text_of(page)
    assert Booking.objects.get(pk=carl.pk).starts_at == salon.at(27, 14)


def test_a_stranger_asks_and_withdraws_nothing(his: Client, salon: Salon, carl: Booking) -> None:
    send(his, carl, slot(salon, 27, 14))
    sam = Client()

    assert send(sam, carl, slot(salon, 28, 9)).status_code == 404
    assert sam.post(path(carl, "move/withdraw"), {"revision": 4}).status_code == 404
    assert his.get(path(carl, "move/withdraw")).status_code == 405
    assert MoveRequest.objects.get().state == "OPEN"


def test_too_late_to_move_is_too_late_to_ask(his: Client, salon: Salon, carl: Booking) -> None:
    late = carl.starts_at - timedelta(hours=24) + timedelta(seconds=1)

    with time_machine.travel(late, tick=False):
        page, tap = his.get(path(carl)), send(his, carl, slot(salon, 27, 14))

    words = "You could ask for another time until Wed 25 Nov, 10:15."
    assert words in text_of(page)
    assert "/move" not in text_of(page)
    assert (tap.status_code, words in text_of(tap)) == (409, True)


def test_where_it_ends_without_an_answer_the_page_says_so(
    his: Client, salon: Salon, carl: Booking
) -> None:
    Service.objects.filter(pk=salon.cut.pk).update(unanswered="DECLINE")
    send(his, carl, slot(salon, 27, 14))

    assert "your request ends." in text_of(his.get(path(carl)))
    with time_machine.travel(NOW + timedelta(hours=25), tick=False):
        page = text_of(his.get(path(carl)))
    assert "Nobody answered in time, so your request is ending now." in page


def test_looking_asks_nothing(his: Client, salon: Salon, carl: Booking) -> None:
    for ask in (his.get, his.head):
        ask(path(carl, "move"))
        ask(path(carl, "move/check"), {"slot": slot(salon, 27, 14)})

    assert MoveRequest.objects.count() == 0
