import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import serializers
from django.test import Client
from icalendar import Calendar

from apps.bookings import operations as bookings
from apps.bookings.models import AccessLink, Booking, BookingEvent
from tests.factories import NOW, Salon, make_booking, make_request

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def booking(salon: Salon) -> Booking:
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)


@pytest.fixture
def token(booking: Booking) -> str:
    return bookings.create_access_link(booking=booking, now=NOW)


def test_a_link_is_traded_for_a_session_and_a_clean_address(
    client: Client, booking: Booking, token: str
) -> None:
    answer = client.get(f"/m/{token}")

    assert answer.status_code == 303
    assert answer["Location"] == f"/manage/{booking.reference}/"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex"
    assert "no-store" in answer["Cache-Control"]
    assert token not in answer["Location"]


def test_the_session_gets_a_new_id_when_it_gets_more_rights(client: Client, token: str) -> None:
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["session"] = session.session_key or ""
    before = session.session_key

    client.get(f"/m/{token}")

    assert client.cookies["session"].value != before


def test_scanners_that_open_links_change_and_use_up_nothing(
    client: Client, booking: Booking, token: str
) -> None:
    before = serializers.serialize("json", [*Booking.objects.all(), *BookingEvent.objects.all()])

    for scanner in (Client(), Client()):
        scanner.head(f"/m/{token}")
        scanner.get(f"/m/{token}", headers={"Sec-Purpose": "prefetch"})
        scanner.get(f"/m/{token}?action=cancel&confirm=1")
        scanner.get(f"/manage/{booking.reference}/?action=cancel")

    after = serializers.serialize("json", [*Booking.objects.all(), *BookingEvent.objects.all()])
    assert before == after
    assert client.get(f"/m/{token}").status_code == 303


def words_of(page: Any) -> str:
    """The page without its CSRF token, which is masked anew each time."""
    return re.sub(r'"X-CSRFToken": "[^"]*"', "", page.content.decode())


def dead_tokens(token: str) -> list[str]:
    return [
        token[:-1],
        token.upper(),
        f"{token}=",
        "x",
        "x" * 10_000,
        "%00",
        ("A" if token[0] != "A" else "B") + token[1:],
    ]


def test_dead_links_get_one_answer_alike(client: Client, booking: Booking, token: str) -> None:
    bodies = {words_of(client.get(f"/m/{dead}")) for dead in dead_tokens(token)}
    statuses = {client.get(f"/m/{dead}").status_code for dead in dead_tokens(token)}
    AccessLink.objects.update(expires_at=NOW)
    expired = client.get(f"/m/{token}")
    AccessLink.objects.update(expires_at=NOW + timedelta(days=1), revoked_at=NOW)
    revoked = client.get(f"/m/{token}")

    assert len(bodies) == 1
    assert len({words_of(expired), words_of(revoked)}) == 1
    assert statuses | {expired.status_code, revoked.status_code} == {404}
    assert b"This link no longer works" in expired.content
    assert client.get(f"/manage/{booking.reference}/").status_code == 404


def test_the_page_shows_the_booking_its_limits_and_its_history(
    client: Client, booking: Booking, token: str
) -> None:
    page = client.get(f"/m/{token}", follow=True)
    text = page.content.decode()

    for words in (
        "Your booking",
        "Confirmed",
        "Thursday 26 November 2026",
        "Cut and finish",
        "Wed 25 Nov, 10:15",
        "Cancel this booking",
        booking.reference,
    ):
        assert words in text
    assert [limit.is_now for limit in page.context["limits"]] == [True, False]
    assert [words for _at, words in page.context["events"]] == ["Booked"]


def test_a_reference_alone_opens_nothing(booking: Booking, token: str) -> None:
    sam = Client()

    assert sam.get(f"/manage/{booking.reference}/").status_code == 404
    assert sam.get(f"/manage/{booking.reference}/calendar.ics").status_code == 404
    assert sam.get("/manage/AAAAAAAA/").status_code == 404


def test_a_link_opens_one_booking_only(
    client: Client, salon: Salon, booking: Booking, token: str
) -> None:
    other = make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)

    client.get(f"/m/{token}")

    assert client.get(f"/manage/{other.reference}/").status_code == 404


def test_the_calendar_file_has_the_stored_instant(
    client: Client, booking: Booking, token: str
) -> None:
    client.get(f"/m/{token}")

    answer = client.get(f"/manage/{booking.reference}/calendar.ics")
    calendar: Any = Calendar.from_ical(answer.content)
    events = calendar.walk("VEVENT")

    assert answer["Content-Type"].startswith("text/calendar")
    assert f"{booking.reference}.ics" in answer["Content-Disposition"]
    assert len(events) == 1
    assert events[0].decoded("dtstart") == booking.starts_at


def test_what_became_of_a_request_is_told_without_what_was_taken_back(
    client: Client, salon: Salon
) -> None:
    request = make_request(service=salon.bridal, starts_at=salon.at(27, 10), now=NOW)
    token = bookings.create_access_link(booking=request, now=NOW)
    declined = bookings.decline_request(
        booking_id=request.pk, revision=request.revision, by=salon.olga, now=NOW
    )
    bookings.undo_decision(
        booking_id=request.pk, revision=declined.revision, by=salon.olga, now=NOW
    )

    page = client.get(f"/m/{token}", follow=True)

    assert [words for _at, words in page.context["events"]] == ["Request sent"]
    assert "has not answered yet" in page.content.decode()


def test_a_past_booking_offers_to_book_again(client: Client, booking: Booking, token: str) -> None:
    Booking.objects.update(
        starts_at=NOW - timedelta(days=2), ends_at=NOW - timedelta(days=2) + timedelta(hours=1)
    )

    page = client.get(f"/m/{token}", follow=True)

    assert page.context["again_url"] == "/juniper/s/cut/times"
    assert "Add to calendar" not in page.content.decode()
