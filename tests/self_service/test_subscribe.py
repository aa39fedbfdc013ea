"""A calendar subscribes to one booking by a link of its own purpose (rule S22)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from apps.bookings import operations as bookings
from apps.bookings.models import AccessLink, Booking, LinkUse
from tests.factories import NOW, Salon, make_booking
from tests.hostile.stage import stored
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

Purpose = AccessLink.Purpose


@pytest.fixture
def booking(salon: Salon) -> Booking:
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)


@pytest.fixture
def token(booking: Booking) -> str:
    return bookings.create_access_link(booking=booking, purpose=Purpose.CALENDAR, now=NOW)


@pytest.fixture
def carl(client: Client, booking: Booking) -> Client:
    client.get(f"/m/{bookings.create_access_link(booking=booking, now=NOW)}")
    return client


def feed_of(token: str) -> Any:
    return Client(headers={"User-Agent": "Google-Calendar-Importer"}).get(
        f"/m/calendar/{token}.ics"
    )


def event_in(answer: Any) -> Any:
    [event] = Calendar.from_ical(answer.content).walk("VEVENT")
    return event


def test_the_page_leads_there_and_the_address_is_shown_once(carl: Client, booking: Booking) -> None:
    page, path = f"/manage/{booking.reference}/", f"/manage/{booking.reference}/subscribe"
    assert f'href="{path}"' in text_of(carl.get(page))
    assert "/m/calendar/" not in text_of(carl.get(path))

    made = text_of(carl.post(path))

    found = re.search(r"/m/calendar/([\w-]+)\.ics", made)
    assert found
    assert f'href="webcal://127.0.0.1:8000/m/calendar/{found[1]}.ics"' in made
    assert feed_of(found[1]).status_code == 200
    assert found[1] not in text_of(carl.get(path))


def test_the_file_is_always_the_current_one(salon: Salon, booking: Booking, token: str) -> None:
    before = feed_of(token)
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        by=salon.olga,
        now=NOW,
    )

    after = feed_of(token)

    assert before["Content-Type"].startswith("text/calendar")
    assert (event_in(before).decoded("dtstart"), event_in(before)["status"]) == (
        booking.starts_at,
        "CONFIRMED",
    )
    assert event_in(after)["status"] == "CANCELLED"
    assert event_in(after)["uid"] == event_in(before)["uid"]
    assert b"METHOD:PUBLISH" in after.content


def test_a_calendar_is_told_among_those_that_opened_it(
    carl: Client, booking: Booking, token: str
) -> None:
    for _hour in range(3):
        feed_of(token)

    text = text_of(carl.get(f"/manage/{booking.reference}/"))

    assert "A calendar" in text
    assert LinkUse.objects.get(browser="CALENDAR").times == 3


def test_it_opens_the_file_and_nothing_else(booking: Booking, token: str) -> None:
    calendar = Client()

    answer = calendar.get(f"/m/calendar/{token}.ics")

    assert (answer["Referrer-Policy"], answer["X-Robots-Tag"]) == ("no-referrer", "noindex")
    assert answer.cookies == {}
    assert calendar.get(f"/m/{token}").status_code == 404
    assert calendar.get(f"/manage/{booking.reference}/").status_code == 404
    assert calendar.get(f"/manage/{booking.reference}/calendar.ics").status_code == 404
    assert b"Carl" not in answer.content


@pytest.mark.parametrize("made_for", [it for it in Purpose if it != Purpose.CALENDAR])
def test_no_other_link_opens_the_file(booking: Booking, made_for: AccessLink.Purpose) -> None:
    other = bookings.create_access_link(booking=booking, purpose=made_for, now=NOW)

    assert feed_of(other).status_code == 404


def test_head_writes_nothing(booking: Booking, token: str) -> None:
    before = stored()

    answer = Client().head(f"/m/calendar/{token}.ics")

    assert (answer.status_code, LinkUse.objects.count()) == (200, 0)
    assert stored() == before


def test_it_ends_with_the_other_links_and_leads_on(booking: Booking, token: str) -> None:
    bookings.revoke_links(booking=booking, now=NOW)

    answer = feed_of(token)

    assert answer.status_code == 404
    assert 'href="/juniper/find/"' in text_of(answer)


def test_links_follow_the_visit_to_its_new_end(salon: Salon, booking: Booking, token: str) -> None:
    dead = bookings.create_access_link(booking=booking, now=NOW)
    bookings.revoke_links(booking=booking, now=NOW)
    token = bookings.create_access_link(booking=booking, purpose=Purpose.CALENDAR, now=NOW)

    moved = bookings.move_booking(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        starts_at=salon.at(30, 10),
        resource_id=None,
        by=salon.olga,
        now=NOW,
    )

    [live] = AccessLink.objects.filter(revoked_at=None)
    assert live.expires_at == moved.ends_at + timedelta(days=7)
    assert AccessLink.objects.exclude(pk=live.pk).filter(expires_at=live.expires_at).count() == 0
    assert event_in(feed_of(token)).decoded("dtstart") == moved.starts_at
    assert bookings.exchange_link(token=dead, now=NOW) is None


def test_what_only_waits_has_nothing_to_subscribe_to(carl: Client, booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(status="WAITING_LIST")

    assert carl.get(f"/manage/{booking.reference}/subscribe").status_code == 404


def test_a_stranger_makes_no_address(booking: Booking) -> None:
    assert Client().post(f"/manage/{booking.reference}/subscribe").status_code == 404
    assert AccessLink.objects.count() == 0
