"""A misspelt mail domain is asked about, in every form, and stops nobody."""

import pytest
from django.test import Client

from apps.web.typos import suggest_address
from tests.bookings.pages import fields_of, fill, hold, text_of
from tests.bookings.test_wishes import fill as fill_the_day
from tests.factories import Salon, make_salon

HINT = "/s/did-you-mean"


@pytest.fixture
def salon(db: None) -> Salon:
    return make_salon(slug="juniper")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Eva@gmial.com", "eva@gmail.com"),
        ("eva@gmail.con", "eva@gmail.com"),
        ("eva@hotmial.com", "eva@hotmail.com"),
        ("eva@gmx.dee", "eva@gmx.de"),
        ("eva@gmail.com", ""),
        ("eva@mail.com", ""),
        ("eva@ymail.com", ""),
        ("eva@gmx.com", ""),
        ("eva@mail.de", ""),
        ("eva@juniper.example", ""),
        ("@gmial.com", ""),
        ("eva", ""),
    ],
)
def test_only_a_slip_of_the_finger_is_asked_about(typed: str, meant: str) -> None:
    assert suggest_address(typed) == meant


def test_the_answer_is_a_question_or_nothing(client: Client) -> None:
    asked = client.post(HINT, {"email": "eva@gmial.com"})
    nothing = client.post(HINT, {"email": "eva@gmail.com"})

    assert "Did you mean <b>eva@gmail.com</b>?" in text_of(asked)
    assert text_of(nothing).strip() == ""
    assert client.get(HINT).status_code == 405


def test_an_odd_address_is_harmless(client: Client) -> None:
    asked = client.post(HINT, {"email": "<script>@gmial.com"})

    assert "<script>" not in text_of(asked)
    assert client.post(HINT).status_code == 200


@pytest.mark.usefixtures("at_now")
def test_every_form_asks(client: Client, salon: Salon) -> None:
    fill_the_day(salon)
    pages = [
        client.get("/juniper/find/"),
        client.get("/juniper/s/cut/wait?date=2026-11-26"),
        client.get(hold(client, salon.cut, salon.at(27, 10).astimezone(salon.business.zone))),
    ]

    for page in pages:
        assert f'hx-post="{HINT}"' in text_of(page)
        assert text_of(page).count('-hint" role="status"') == 1


@pytest.mark.usefixtures("at_now")
def test_it_stops_nobody_and_the_page_after_asks_where_scripts_are_off(
    client: Client, salon: Salon
) -> None:
    address = hold(client, salon.cut, salon.at(27, 10).astimezone(salon.business.zone))

    done = fill(client, address, {"name": "Eva", "email": "eva@gmial.com"})

    page = text_of(client.get(done["Location"]))
    assert done.status_code == 303
    assert "Did you mean <b>e…@gmail.com</b>?" in page
    assert "Correct the address" in page
    assert "Wrong address?" not in page


@pytest.mark.usefixtures("at_now")
def test_what_is_not_booked_online_says_so_instead_of_going_in_a_circle(
    client: Client, salon: Salon
) -> None:
    address = hold(client, salon.cut, salon.at(27, 10).astimezone(salon.business.zone))
    slot = fields_of(client.get(address))
    salon.cut.bookable_online = False
    salon.cut.save()

    home = text_of(client.get("/juniper/"))
    times = client.get("/juniper/s/cut/times?date=2026-11-27")
    page = text_of(client.get(times["Location"]))
    tapped = client.post("/juniper/hold", {"service": "cut", "slot": "2026-11-27T11:00+01:00;;"})

    assert slot
    assert "Not booked online" in home
    assert (times.status_code, times["Location"]) == (303, "/juniper/s/cut/")
    assert "This service is not booked online." in page
    assert "Please call 030 555 0142." in page
    assert tapped.status_code == 409
    assert 'href="/juniper/s/cut/"' in text_of(tapped)
