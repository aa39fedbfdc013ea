"""The code that a customer shows leads the team to them, and nobody else anywhere (rule S25)."""

from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.test import Client

from apps.availability.models import Session
from apps.bookings import operations as bookings
from apps.bookings.door_codes import door_code, read_door_code
from apps.bookings.models import Booking
from apps.bookings.queries.stub import stub_of
from apps.self_service.queries.reaching import reach_of
from tests.factories import NOW, Salon, make_booking, make_request, make_salon
from tests.factories.studio import join, make_class

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("at_now"),
    pytest.mark.both_databases,
]


@pytest.fixture
def olga(client: Client, salon: Salon) -> Client:
    client.force_login(salon.olga.user)
    return client


@pytest.fixture
def session(salon: Salon) -> Session:
    return make_class(salon, salon.ana)


@pytest.fixture
def place(session: Session) -> Booking:
    return join(session, email="eva@example.com")


def path(booking: Booking, *, slug: str = "juniper") -> str:
    return f"/own/{slug}/door/{door_code(booking)}/"


def test_a_place_in_a_class_leads_to_its_line_of_the_roster(
    olga: Client, session: Session, place: Booking
) -> None:
    answer = olga.get(path(place))

    line = f"p-{place.reference}-0"
    assert answer["Location"] == f"/own/juniper/classes/{session.pk}/#{line}"
    assert f'id="{line}"' in olga.get(answer["Location"]).content.decode()


def test_a_place_that_was_cancelled_has_no_line_and_leads_to_its_page(
    olga: Client, salon: Salon, place: Booking
) -> None:
    bookings.cancel_booking(
        booking_id=place.pk,
        business_id=place.business_id,
        revision=place.revision,
        by=salon.olga,
        now=NOW,
    )

    answer = olga.get(path(place))

    assert answer["Location"] == f"/own/juniper/bookings/{place.reference}/"
    assert "Cancelled" in olga.get(answer["Location"]).content.decode()


def test_an_appointment_leads_to_its_page(olga: Client, salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)

    assert olga.get(path(booking))["Location"] == f"/own/juniper/bookings/{booking.reference}/"


def test_looking_marks_nobody(olga: Client, place: Booking) -> None:
    olga.get(path(place))

    place.refresh_from_db()
    assert (place.revision, place.attendance.count()) == (2, 0)


def test_whoever_stands_behind_is_asked_to_sign_in(client: Client, place: Booking) -> None:
    answer = client.get(path(place))

    assert (answer.status_code, answer["Location"].split("?")[0]) == (303, "/own/sign-in/")


def test_the_team_of_another_business_finds_nobody(client: Client, place: Booking) -> None:
    other = make_salon(slug="rosemary")
    client.force_login(other.olga.user)

    assert client.get(path(place, slug="rosemary")).status_code == 404
    assert client.get(path(place)).status_code == 404


@pytest.mark.parametrize("odd", ["x", "a:b:c", "%00", "1" * 400])
def test_an_odd_code_names_nobody(olga: Client, odd: str) -> None:
    assert olga.get(f"/own/juniper/door/{odd}/").status_code == 404


def test_letters_signed_for_something_else_name_nobody(place: Booking) -> None:
    assert read_door_code(signing.dumps(place.pk)) is None
    assert read_door_code(door_code(place)) == place.pk
    assert read_door_code(door_code(place)[:-1]) is None


def test_the_code_lasts_as_long_as_the_booking(place: Booking) -> None:
    code = door_code(place)
    with time_machine.travel(NOW + timedelta(days=400), tick=False):
        assert read_door_code(code) == place.pk


def test_only_what_is_confirmed_has_one(salon: Salon, place: Booking) -> None:
    asked = make_request(service=salon.bridal, starts_at=salon.at(27, 15), now=NOW)

    drawn = [
        bool(reach_of(booking=it, stub=stub_of(booking=it)).door_code) for it in (place, asked)
    ]

    assert drawn == [True, False]
