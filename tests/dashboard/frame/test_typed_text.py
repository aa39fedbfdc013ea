"""Somebody else was faster: what the owner typed is still there, with what holds now (409)."""

from typing import Any

import pytest
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from tests.dashboard.requests.test_suggest import boxes
from tests.factories import NOW, Salon, make_booking, make_request
from tests.pages import text_of

pytestmark = pytest.mark.django_db
WORDS = "Zebra words that took ten minutes"
FIELD = f'value="{WORDS}"'
AREA = f"\n{WORDS}</textarea>"
COPY = f'<p class="keep-lines mt-1">{WORDS}</p>'
HTMX = {"HX-Request": "true"}
both_ways = pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])


@pytest.fixture
def ines(salon: Salon) -> Booking:
    """Ana has a cut at the time Ines wants."""
    request = make_request(service=salon.bridal, starts_at=salon.at(28, 10), now=NOW)
    make_booking(
        service=salon.cut,
        starts_at=salon.at(28, 10),
        now=NOW,
        resource_id=salon.ana.resource_id,
    )
    return request


def be_faster(booking: Booking, salon: Salon) -> int:
    """A colleague saves a note; return the revision that the open pages show."""
    seen = booking.revision
    bookings.note_booking(
        booking_id=booking.pk, revision=seen, by=salon.olga, note="Prefers tea", now=NOW
    )
    return seen


def send(olga: Client, booking: Booking, verb: str, headers: Any, **typed: Any) -> tuple[int, str]:
    path = f"/own/juniper/bookings/{booking.reference}/{verb}/"
    answer = olga.post(path, typed, headers=headers)
    return answer.status_code, text_of(answer)


@both_ways
def test_the_reason_of_a_cancellation(olga: Client, salon: Salon, headers: Any) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)
    seen = be_faster(booking, salon)

    status, page = send(olga, booking, "cancel", headers, revision=seen, reason=WORDS)

    assert (status, page.count(AREA)) == (409, 1)
    assert "Changed by" in page
    booking.refresh_from_db()
    assert booking.status == "CONFIRMED"


@both_ways
def test_the_reason_of_an_override(olga: Client, salon: Salon, ines: Booking, headers: Any) -> None:
    seen = be_faster(ines, salon)

    status, page = send(olga, ines, "confirm-anyway", headers, revision=seen, reason=WORDS)

    assert (status, page.count(FIELD)) == (409, 1)


@both_ways
def test_the_times_and_the_word_of_a_suggestion(
    olga: Client, salon: Salon, ines: Booking, headers: Any
) -> None:
    path = f"/own/juniper/bookings/{ines.reference}/suggest/"
    ticked = [value for value, _on in boxes(text_of(olga.get(path)))][4:6]
    seen = be_faster(ines, salon)

    status, page = send(olga, ines, "suggest", headers, revision=seen, time=ticked, message=WORDS)

    assert (status, page.count(FIELD)) == (409, 1)
    assert [value for value, is_on in boxes(page) if is_on] == ticked
    assert "Changed by" in page
    ines.refresh_from_db()
    again = send(olga, ines, "suggest", {}, revision=ines.revision, time=ticked, message=WORDS)
    assert again[0] == 303


@pytest.mark.parametrize("verb", ["cancel", "confirm-anyway", "suggest"])
def test_words_whose_field_is_gone_are_there_to_be_copied(
    olga: Client, salon: Salon, ines: Booking, verb: str
) -> None:
    page = text_of(olga.get(f"/own/juniper/bookings/{ines.reference}/suggest/"))
    times = [value for value, _on in boxes(page)][:1]
    seen = ines.revision
    bookings.decline_request(booking_id=ines.pk, revision=seen, by=salon.olga, now=NOW)

    status, page = send(
        olga, ines, verb, {}, revision=seen, reason=WORDS, message=WORDS, time=times
    )

    assert (status, page.count(COPY), page.count("This is what you typed:")) == (409, 1, 1)
