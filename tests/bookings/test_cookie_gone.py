"""The cookie of a browser went while somebody typed: the text comes back, and the time with it."""

import html
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from tests.factories import NOW, Salon, make_booking, make_variant
from tests.factories.studio import make_session, make_studio
from tests.pages import (
    DETAILS,
    fields_of,
    fill,
    hold,
    slot_at,
    slots_of,
    tap,
    text_of,
    times_url,
)

pytestmark = pytest.mark.django_db
LATER, LATER_STILL = NOW + timedelta(seconds=30), NOW + timedelta(seconds=60)
OURS = {"Origin": "http://testserver"}
TYPED = {**DETAILS, "note": "Left side, please"}


@pytest.fixture
def address(client: Client, salon: Salon) -> str:
    return hold(client, salon.cut, salon.at(26, 10, 15).astimezone(salon.business.zone))


def send(browser: Client, page: Any, address: str, *, at: datetime = LATER) -> Any:
    """Send what the page had in a browser that may be another one."""
    kept = {
        name: value
        for name, value in fields_of(page).items()
        if name.endswith("_seal") or name == "website_address"
    }
    with time_machine.travel(at, tick=False):
        return browser.post(address, {**kept, **TYPED})


def test_the_page_comes_back_with_the_text_and_the_time_is_still_held(
    client: Client, address: str
) -> None:
    page = client.get(address)
    client.cookies.clear()

    answer = send(client, page, address)

    text = text_of(answer)
    draft = Booking.objects.get()
    assert answer.status_code == 409
    assert 'data-page="details"' in text
    assert "Your browser lost track of this booking" in text
    assert "still yours" in text
    assert 'value="Carl Vogt"' in text
    assert 'value="carl@example.com"' in text
    assert "Left side, please</textarea>" in text
    assert draft.status == Booking.Status.CREATED
    assert draft.hold_expires_at
    assert draft.hold_expires_at > LATER


def test_the_next_press_books_it_once(client: Client, address: str) -> None:
    page = client.get(address)
    client.cookies.clear()
    again = send(client, page, address)

    done = send(client, again, address, at=LATER_STILL)

    booking = Booking.objects.get()
    assert done["Location"] == f"/done/{booking.reference}/"
    assert (booking.status, booking.contact_name) == (Booking.Status.CONFIRMED, "Carl Vogt")
    assert booking.customer_note == "Left side, please"
    assert "Booked, Carl." in text_of(client.get(done["Location"]))


def test_a_hold_that_had_ended_is_taken_anew(client: Client, address: str) -> None:
    page = client.get(address)
    client.cookies.clear()
    Booking.objects.update(hold_expires_at=NOW - timedelta(minutes=1))

    answer = send(client, page, address)

    held_until = Booking.objects.get().hold_expires_at
    assert answer.status_code == 409
    assert "Left side, please</textarea>" in text_of(answer)
    assert held_until
    assert held_until > LATER


def test_a_lost_time_leads_to_the_picker_and_the_text_goes_along(
    client: Client, salon: Salon, address: str
) -> None:
    page = client.get(address)
    client.cookies.clear()
    draft = Booking.objects.get()
    bookings.release_draft(booking=draft, now=NOW)
    while True:
        try:
            make_booking(service=salon.cut, starts_at=draft.starts_at, now=NOW)
        except (bookings.SlotGone, bookings.NotBookable):
            break

    answer = send(client, page, address)
    other = tap(client, salon.cut, slots_of(answer)[-1])
    details = text_of(client.get(other["Location"]))

    assert answer.status_code == 409
    assert 'data-page="service-times"' in text_of(answer)
    assert "What you typed is still here" in text_of(answer)
    assert 'value="carl@example.com"' in details
    assert "Left side, please</textarea>" in details


def test_a_browser_that_was_never_shown_the_page_takes_nothing_over(
    client: Client, address: str
) -> None:
    client.post(address, {"name": "Eva", "email": "eva@example.com"})
    sam = Client()

    answers = [
        sam.get(address),
        sam.post(address, TYPED),
        sam.post(address, {**TYPED, "price_seal": "forged"}),
    ]

    assert [it.status_code for it in answers] == [404, 404, 404]
    assert all("eva@example.com" not in text_of(it) for it in answers)
    assert client.get(address).status_code == 200


def test_what_was_booked_already_is_told_without_a_word_about_it(
    client: Client, address: str
) -> None:
    page = client.get(address)
    fill(client, address)
    client.cookies.clear()

    answer = send(client, page, address)

    assert answer.status_code == 403
    assert "Open the link in your e-mail" in text_of(answer)
    assert "carl@example.com" not in text_of(answer)
    assert Booking.objects.count() == 1


def test_the_text_is_shown_when_the_draft_itself_is_gone(client: Client, address: str) -> None:
    page = client.get(address)
    Booking.objects.all().delete()

    answer = client.post(
        address,
        {**fields_of(page), **TYPED, "phone": "03055501420", "note": "Left <side>"},
        headers=OURS,
    )

    text = text_of(answer)
    assert answer.status_code == 410
    assert "Nothing was booked. The page was open for more than a day" in text
    assert copied(answer) == ["Carl Vogt", "carl@example.com", "03055501420", "Left &lt;side&gt;"]


def copied(answer: Any) -> list[str]:
    return re.findall(r'<p class="keep-lines mt-1">([^<]*)</p>', text_of(answer))


def ways_on(answer: Any) -> list[str]:
    """The addresses of the big button."""
    found = re.findall(r'<a class="btn primary big" href="([^"]*)"', text_of(answer))
    return [html.unescape(it) for it in found]


def test_from_a_draft_that_is_gone_one_button_leads_to_the_times_of_the_same_choice(
    client: Client, salon: Salon
) -> None:
    long = make_variant(service=salon.cut, name="Long", price=5800)
    at = salon.at(26, 10, 15).astimezone(salon.business.zone)
    slot = slot_at(at, staff=salon.ana.resource_id, variant=long.pk)
    address = tap(client, salon.cut, slot)["Location"]
    page = client.get(address)
    Booking.objects.all().delete()

    with time_machine.travel(NOW + timedelta(days=30), tick=False):
        answer = client.post(address, {**fields_of(page), **TYPED}, headers=OURS)
        (way,) = ways_on(answer)
        times = client.get(way)

    query = parse_qs(urlsplit(way).query)
    assert urlsplit(way).path == times_url(salon.cut)
    assert query["variant"] == [str(long.pk)]
    assert query["staff"] == [str(salon.ana.resource_id)]
    assert times.status_code == 200


def test_from_a_place_in_a_class_it_leads_to_the_class(client: Client, at_now: datetime) -> None:
    studio = make_studio()
    session = make_session(studio, starts_at=studio.at(26, 18))
    address = client.post(f"/harbor/classes/{session.pk}/hold", {"people": "2"})["Location"]
    page = client.get(address)
    Booking.objects.all().delete()

    answer = client.post(address, {**fields_of(page), **TYPED}, headers=OURS)

    assert answer.status_code == 410
    assert ways_on(answer) == [f"/harbor/classes/{session.pk}/?people=2"]


def test_the_way_on_of_another_draft_is_not_taken(
    client: Client, salon: Salon, address: str
) -> None:
    page = client.get(address)
    Booking.objects.all().delete()

    answer = client.post(
        address.replace("/book/", "/book/x"), {**fields_of(page), **TYPED}, headers=OURS
    )

    assert answer.status_code == 404
    assert ways_on(answer) == []


def test_what_became_a_booking_is_never_told_to_be_gone(client: Client, address: str) -> None:
    page = client.get(address)
    fill(client, address)
    client.cookies.clear()

    answer = client.post(address, {**fields_of(page), **TYPED}, headers=OURS)

    assert "Nothing was booked" not in text_of(answer)


def test_what_another_site_sends_is_not_shown(client: Client, address: str) -> None:
    Booking.objects.all().delete()

    answer = client.post(address, TYPED, headers={"Origin": "https://evil.example"})

    assert answer.status_code == 404
    assert "Left side" not in text_of(answer)


def test_an_address_typed_for_a_booking_of_another_browser_comes_back(
    client: Client, address: str
) -> None:
    fill(client, address)
    client.cookies.clear()
    url = f"/done/{Booking.objects.get().reference}/address"

    answer = client.post(
        url, {"email": "carl@example.org"}, headers={"Origin": "http://testserver"}
    )

    assert answer.status_code == 404
    assert "carl@example.org" in text_of(answer)
    assert "The link in your e-mail" in text_of(answer)


def test_the_page_to_pay_on_comes_back_too(client: Client, salon: Salon, address: str) -> None:
    salon.cut.pays_online = True
    salon.cut.save()
    paying = send(client, client.get(address), address)["Location"]
    page = client.get(paying)
    client.cookies.clear()

    answer = client.post(paying, fields_of(page))

    assert answer.status_code == 409
    assert 'data-page="pay"' in text_of(answer)
    assert "the time is still yours" in text_of(answer)
    assert Booking.objects.get().status == Booking.Status.CREATED
    assert client.get(paying).status_code == 200
