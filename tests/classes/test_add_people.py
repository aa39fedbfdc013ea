"""The same person and the same class once more: a larger party, not a second booking (rule B17)."""

from typing import Any

import pytest
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.classes import operations as classes
from apps.ledger.check import find_all
from tests.factories import NOW
from tests.factories.studio import Studio, join, make_session, make_studio
from tests.pages import fill, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def studio(db: None, at_now: Any) -> Studio:
    return make_studio()


def test_one_more_person_takes_one_more_place_and_its_price(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=2)
    carl = join(session)

    classes.add_people(booking=carl, more=1, now=NOW)

    carl.refresh_from_db()
    session.refresh_from_db()
    assert (carl.party_size, carl.price, session.seats_taken) == (2, 3600, 2)
    assert list(find_all(business_id=None, now=NOW)) == []
    with pytest.raises(bookings.CannotJoin):
        classes.add_people(booking=carl, more=1, now=NOW)


def test_no_more_than_the_owner_allows(studio: Studio) -> None:
    carl = join(make_session(studio, starts_at=studio.at(25, 18)), people=3)

    with pytest.raises(bookings.TooManyPeople):
        classes.add_people(booking=carl, more=1, now=NOW)


def test_nobody_is_added_to_a_cancelled_booking(studio: Studio) -> None:
    carl = join(make_session(studio, starts_at=studio.at(25, 18)))
    bookings.cancel_booking(
        booking_id=carl.pk,
        business_id=carl.business_id,
        revision=carl.revision,
        by=studio.olga,
        now=NOW,
    )

    with pytest.raises(classes.NotComing):
        classes.add_people(booking=carl, more=1, now=NOW)


def test_the_page_of_the_class_offers_it_to_whoever_is_in(client: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))
    path = f"/harbor/classes/{session.pk}/"
    fill(client, client.post(f"{path}hold", {"people": 1})["Location"])
    booking = Booking.objects.get()

    assert "Bring one more person" in text_of(client.get(path))
    assert "Bring one more person" not in text_of(Client().get(path))
    answer = client.post(f"/manage/{booking.reference}/people", {"people": "1"})

    booking.refresh_from_db()
    assert (answer.status_code, booking.party_size) == (303, 2)
    assert Client().post(f"/manage/{booking.reference}/people").status_code == 404


def test_one_more_person_is_one_however_often_it_is_sent(client: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=9)
    path = f"/harbor/classes/{session.pk}/"
    fill(client, client.post(f"{path}hold", {"people": 1})["Location"])
    booking = Booking.objects.get()
    people = f"/manage/{booking.reference}/people"
    shown = {"people": "1"}

    answers = [client.post(people, shown) for _tap in range(3)]

    booking.refresh_from_db()
    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert (booking.party_size, booking.price) == (2, 3600)
    assert client.post(people, {"people": "2"}).status_code == 303
    booking.refresh_from_db()
    assert booking.party_size == 3


@pytest.mark.parametrize("odd", [{}, {"people": ""}, {"people": "many"}])
def test_a_form_that_does_not_say_what_was_seen_adds_nobody(
    client: Client, studio: Studio, odd: dict[str, str]
) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))
    fill(client, client.post(f"/harbor/classes/{session.pk}/hold", {"people": 1})["Location"])
    booking = Booking.objects.get()

    assert client.post(f"/manage/{booking.reference}/people", odd).status_code == 422
    booking.refresh_from_db()
    assert booking.party_size == 1
