"""Two customers, one after the other, on one phone: the second neither sees nor changes what the
first has booked, once the first has signed out or the second has said "Not you?" (D7, S19)."""

import re
from typing import Any

import pytest
from django.test import Client

from apps.bookings.models import Booking
from apps.customers.models import SignedInDevice
from tests.factories import NOW, Salon, make_booking
from tests.pages import fields_of, fill, hold, text_of
from tests.self_service.test_sign_in import CARL, listed, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
EVA = {"name": "Eva Bach", "email": "eva@example.com"}


def book_here(client: Client, salon: Salon, hour: int, **typed: str) -> Booking:
    answer = fill(client, chosen(client, salon, hour), typed)
    assert answer.status_code == 303
    return Booking.objects.get(reference=answer["Location"].split("/")[2])


def remember(client: Client, booking: Booking) -> None:
    client.post(f"/done/{booking.reference}/remember")


def sees(client: Client, booking: Booking) -> int:
    return client.get(f"/manage/{booking.reference}/").status_code


def chosen(client: Client, salon: Salon, hour: int = 15) -> str:
    """Where the details of a time that was tapped are typed."""
    return hold(client, salon.cut, salon.at(27, hour).astimezone(salon.business.zone))


def details(client: Client, salon: Salon) -> Any:
    return client.get(chosen(client, salon))


def test_who_is_signed_in_books_for_themselves_whoever_the_device_remembers(
    client: Client, salon: Salon
) -> None:
    remember(client, book_here(client, salon, 10, **EVA))
    make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW, email=CARL)
    sign_in(client, CARL)

    page = details(client, salon)

    assert "Eva B." not in text_of(page)
    assert fields_of(page)["email"] == CARL


def test_who_is_signed_in_and_remembered_has_nothing_to_type(client: Client, salon: Salon) -> None:
    remember(client, book_here(client, salon, 10, name="Carl Vogt", email=CARL))
    sign_in(client, CARL)

    page = text_of(details(client, salon))

    assert "Carl V." in page
    assert 'name="email"' not in page


def test_signing_out_takes_along_what_was_booked_here(client: Client, salon: Salon) -> None:
    make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW, email=CARL)
    sign_in(client, CARL)
    booking = book_here(client, salon, 10, name="Carl Vogt", email=CARL)

    client.post("/me/sign-out")

    assert sees(client, booking) == 404
    assert client.post(f"/manage/{booking.reference}/cancel", {}).status_code == 404


@pytest.mark.parametrize("signs_in", [False, True])
def test_a_browser_signed_out_from_elsewhere_keeps_nothing_of_it(
    client: Client, salon: Salon, *, signs_in: bool
) -> None:
    make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW, email=CARL)
    sign_in(client, CARL)
    booking = book_here(client, salon, 10, name="Carl Vogt", email=CARL)
    elsewhere = Client()
    sign_in(elsewhere, CARL)
    elsewhere.post("/me/sign-out", {"device": SignedInDevice.objects.order_by("pk")[0].pk})

    assert sees(client, booking) == 404
    evas = book_here(client, salon, 13, **EVA)
    if signs_in:
        sign_in(client, EVA["email"])
    assert sees(client, booking) == 404
    assert listed(client) == [evas.reference]


def test_not_you_leaves_the_second_the_time_and_nothing_of_the_first(
    client: Client, salon: Salon
) -> None:
    carls = book_here(client, salon, 10, name="Carl Vogt", email=CARL)
    remember(client, carls)
    address = chosen(client, salon)

    client.post(f"{address}not-me")

    assert 'name="email"' in text_of(client.get(address))
    assert sees(client, carls) == 404
    answer = fill(client, address, EVA)
    assert listed(client) == [answer["Location"].split("/")[2]]


def test_what_the_first_typed_and_did_not_send_is_dropped_by_the_second(
    client: Client, salon: Salon
) -> None:
    client.post(chosen(client, salon, 10), {"name": "Carl Vogt", "email": CARL, "note": "a secret"})
    address = chosen(client, salon)
    assert "Your details are filled in." in text_of(client.get(address))
    assert "Carl Vogt" in text_of(client.get(address))

    client.post(f"{address}not-me")

    page = text_of(client.get(address))
    assert "Your details are filled in." not in page
    assert not any(it in page for it in ("Carl Vogt", CARL, "a secret"))


def test_enter_in_a_field_is_never_not_you(client: Client, salon: Salon) -> None:
    remember(client, book_here(client, salon, 10, name="Carl Vogt", email=CARL))

    page = text_of(details(client, salon))

    form = page[page.index("data-details") :].partition("</form>")[0]
    (button,) = re.findall(r"<button[^>]*>Not you", form)
    assert 'form="not-me"' in button


def test_not_you_on_the_first_page_takes_the_bookings_along(client: Client, salon: Salon) -> None:
    carls = book_here(client, salon, 10, name="Carl Vogt", email=CARL)
    remember(client, carls)

    client.post("/juniper/forget")

    assert listed(client) == []
    assert sees(client, carls) == 404
