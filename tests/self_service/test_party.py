"""The pages on which customers say that fewer or more people come, with the money that follows
(rule B42)."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.catalog.models import BookingPolicy
from apps.ledger.check import find_all
from tests.factories import NOW, make_booking
from tests.factories.coupons import make_coupon
from tests.factories.prepaid import book_with_plan, make_gift_card, make_plan, make_purchase
from tests.factories.salon import Salon
from tests.factories.studio import Studio, join, make_session, make_studio
from tests.pages import fields_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def studio(db: None, at_now: Any) -> Studio:
    return make_studio()


@pytest.fixture
def carl(studio: Studio) -> Booking:
    """Two people in a class of five."""
    return join(make_session(studio, starts_at=studio.at(27, 18), capacity=5), people=2)


@pytest.fixture
def his(client: Client, carl: Booking) -> Client:
    client.get(f"/m/{bookings.create_access_link(booking=carl, now=NOW)}")
    return client


def path(booking: Booking, tail: str = "people") -> str:
    return f"/manage/{booking.reference}/{tail}"


def look(client: Client, booking: Booking, people: str) -> Any:
    return client.get(path(booking), {"people": people})


def test_from_the_page_of_the_booking_to_fewer_people(his: Client, carl: Booking) -> None:
    page = his.get(path(carl, ""))
    assert f'href="{path(carl)}">Change how many people come' in text_of(page)
    assert fields_of(his.get(path(carl)))["people"] == "2"

    check = look(his, carl, "1")
    assert "One person comes" in text_of(check)
    assert "$18.00" in text_of(check)
    assert re.search(r"<s>.*\$36.00.*</s>", text_of(check)), re.findall("<s>.*", text_of(check))
    sent = {**fields_of(check), "people": "1"}
    answers = [his.post(path(carl), sent) for _time in range(2)]

    assert [it.status_code for it in answers] == [303, 303]
    carl.refresh_from_db()
    assert (carl.party_size, carl.price) == (1, 1800)
    assert "Fewer people" in text_of(his.get(path(carl, "")))
    assert list(find_all(business_id=None, now=NOW)) == []


def test_more_people_cost_more_and_the_page_says_so(his: Client, carl: Booking) -> None:
    check = look(his, carl, "3")
    assert "3 people come" in text_of(check)
    assert "$54.00" in text_of(check)

    his.post(path(carl), {**fields_of(check), "people": "3"})

    carl.refresh_from_db()
    assert (carl.party_size, carl.price) == (3, 5400)
    assert "Number of people changed" in text_of(his.get(path(carl, "")))


def test_looking_changes_nothing_and_as_many_as_before_is_nothing(
    his: Client, carl: Booking
) -> None:
    for ask in (his.get, his.head):
        ask(path(carl), {"people": "1"})
    assert "Change my booking" not in text_of(look(his, carl, "2"))

    carl.refresh_from_db()
    assert (carl.party_size, carl.revision) == (2, carl.revision)


@pytest.mark.parametrize(
    ("people", "status", "words"),
    [
        ("0", 422, "Somebody has to come."),
        ("4", 422, "This booking cannot be for more people."),
        ("", 422, "Enter a number."),
        ("x", 422, "Enter a whole number"),
        ("-1", 422, ""),
        ("100", 422, ""),
    ],
)
def test_a_number_that_cannot_be_is_told(
    his: Client, carl: Booking, people: str, status: int, words: str
) -> None:
    answer = look(his, carl, people)

    assert answer.status_code == status
    assert words in text_of(answer)


def test_a_page_that_is_old_changes_nothing(his: Client, carl: Booking) -> None:
    sent = {**fields_of(look(his, carl, "1")), "people": "1"}
    odd = [{"revision": "1"}, {"price": "1700"}, {"price": ""}]

    answers = [his.post(path(carl), {**sent, **it}) for it in odd]

    assert [it.status_code for it in answers] == [409, 409, 409]
    assert "This booking was changed in the meantime." in text_of(answers[0])
    carl.refresh_from_db()
    assert carl.party_size == 2


def test_what_is_over_and_what_costs_something_by_now(
    studio: Studio, his: Client, carl: Booking
) -> None:
    BookingPolicy.objects.update(cancel_until_minutes=None)
    Booking.objects.filter(pk=carl.pk).update(
        policy_snapshot={**carl.policy_snapshot, "cancel_until_minutes": 10 * 1440}
    )
    answer = look(his, carl, "1")
    assert answer.status_code == 409
    assert "nobody can be taken off online any more" in text_of(answer)

    bookings.cancel_booking(
        booking_id=carl.pk,
        business_id=carl.business_id,
        revision=carl.revision,
        by=studio.olga,
        now=NOW,
    )
    assert "Change how many" not in text_of(his.get(path(carl, "")))
    answer = look(his, carl, "1")
    assert answer.status_code == 409
    assert "cannot be changed online for this booking" in text_of(answer)


def test_a_stranger_finds_no_page(carl: Booking) -> None:
    sam = Client()

    assert sam.get(path(carl)).status_code == 404
    assert sam.post(path(carl), {"people": "1", "revision": "2"}).status_code == 404


def test_an_appointment_has_no_such_page(client: Client, salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)
    client.get(f"/m/{bookings.create_access_link(booking=booking, now=NOW)}")

    assert client.get(path(booking)).status_code == 409
    assert "Change how many" not in text_of(client.get(path(booking, "")))


def test_after_a_credit_note_a_code_is_refused_with_the_true_reason(
    his: Client, carl: Booking, studio: Studio
) -> None:
    card = make_gift_card(by=studio.olga, value=2000)
    make_coupon(business=studio.business, code="WINTER10")
    assert his.post(path(carl, "code"), {"code": card.code}).status_code == 303
    his.post(path(carl), {**fields_of(look(his, carl, "1")), "people": "1"})
    his.post(path(carl), {**fields_of(look(his, carl, "3")), "people": "3"})

    answer = his.post(path(carl, "code"), {"code": "WINTER10"})

    assert answer.status_code == 422
    told = "A part of the price was credited or refunded, so no code can be used any more."
    assert told in text_of(answer)
    assert list(find_all(business_id=None, now=NOW)) == []


@pytest.mark.parametrize(
    ("people", "words"),
    [(1, "Your visit goes back to your plan."), (2, "Your 2 visits go back to your plan.")],
)
def test_cancelling_says_how_many_visits_go_back(
    client: Client, studio: Studio, people: int, words: str
) -> None:
    ten = make_purchase(plan=make_plan(services=[studio.flow]), by=studio.olga)
    session = make_session(studio, starts_at=studio.at(27, 18), capacity=5)
    paid = book_with_plan(session, ten, people=people)
    client.get(f"/m/{bookings.create_access_link(booking=paid, now=NOW)}")

    assert words in text_of(client.get(path(paid, "cancel")))


def test_once_it_has_begun_the_page_no_longer_leads_there(
    studio: Studio, carl: Booking, client: Client
) -> None:
    """Nobody is taken off any more then, and nobody is added."""
    begins = carl.starts_at
    leads = []
    for at in (begins - timedelta(seconds=1), begins):
        with time_machine.travel(at, tick=False):
            client.get(f"/m/{bookings.create_access_link(booking=carl, now=at)}")
            leads.append(f'href="{path(carl)}"' in text_of(client.get(path(carl, ""))))
    assert leads == [True, False]
