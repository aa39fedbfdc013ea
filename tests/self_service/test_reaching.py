"""How one gets to what one has booked, and the calendar by the link of the mail."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from apps.availability.queries.timeline import find_hours_on
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, LinkUse
from apps.bookings.queries.stub import stub_of
from apps.businesses.models import Business, Location
from apps.catalog.models import Service
from apps.self_service.queries.reaching import Reach, reach_of
from tests.factories import NOW, Salon, make_booking
from tests.factories.money import work
from tests.self_service.test_cancel import let_in, words_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("at_now"),
    pytest.mark.both_databases,
]


@pytest.fixture
def salon(salon: Salon) -> Salon:
    Business.objects.filter(pk=salon.business.pk).update(phone="030 5550142")
    Location.objects.filter(pk=salon.location.pk).update(street="Kastanienallee 12", city="Berlin")
    salon.cut.refresh_from_db()
    return salon


@pytest.fixture
def booking(salon: Salon) -> Booking:
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)


def reached(booking: Booking) -> Reach:
    found = Booking.objects.select_related("business", "location").get(pk=booking.pk)
    return reach_of(booking=found, stub=stub_of(booking=found))


def test_telephone_way_and_hours_of_that_day(salon: Salon, booking: Booking) -> None:
    found = reached(booking)

    assert found.phone == "030 5550142"
    assert found.route_url.startswith("https://www.openstreetmap.org/search?query=Kastanienallee")
    on = booking.starts_at.date()
    assert found.hours == find_hours_on(
        business=salon.business, location_id=salon.location.pk, zone=salon.business.zone, on=on
    )
    assert found.hours == [(salon.at(26, 9), salon.at(26, 18))]


def test_what_is_passed_on_opens_nothing(booking: Booking) -> None:
    found = reached(booking)

    words = "Cut and finish at Juniper Hair, Thu 26 Nov, 10:15, Kastanienallee 12, 10435 Berlin"
    assert found.share_words.replace("\xa0", " ") == words
    assert found.share_url.endswith("/juniper/")
    assert booking.reference not in f"{found.share_words}{found.share_url}"


def test_nobody_is_sent_to_a_place_where_nothing_happens(salon: Salon) -> None:
    Service.objects.filter(pk=salon.cut.pk).update(online=True)
    salon.cut.refresh_from_db()
    online = make_booking(
        service=salon.cut, starts_at=salon.at(26, 14), now=NOW, email="eva@example.com"
    )

    found = reached(online)

    assert (found.route_url, found.hours) == ("", [])


def test_the_page_shows_it_until_the_visit_is_over(client: Client, booking: Booking) -> None:
    let_in(client, booking)
    ahead = client.get(f"/manage/{booking.reference}/")
    assert "On the day" in words_of(ahead)
    assert "Open that day: 09:00 – 18:00" in words_of(ahead)
    assert 'href="tel:' in ahead.content.decode()

    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        by=None,
        now=NOW,
    )
    assert "On the day" not in words_of(client.get(f"/manage/{booking.reference}/"))


def link_of_mail() -> str:
    work(NOW)
    found: list[str] = re.findall(r"Add to calendar: (\S+)", str(mail.outbox[0].body))
    return found[0]


def test_the_mail_has_a_button_that_hands_out_the_file(client: Client, booking: Booking) -> None:
    path = link_of_mail().removeprefix("http://testserver")
    path = path[path.index("/m/") :]

    looked, opened = client.head(path), client.get(path)

    assert (looked.status_code, opened.status_code) == (200, 200)
    assert opened["Content-Type"].startswith("text/calendar")
    assert opened["Content-Disposition"] == f'attachment; filename="{booking.reference}.ics"'
    assert opened.content.decode().count("BEGIN:VEVENT") == 1
    assert [it.times for it in LinkUse.objects.all()] == [1]


def test_the_button_of_a_closed_link_leads_on(client: Client, booking: Booking) -> None:
    path = link_of_mail()
    path = path[path.index("/m/") :]
    bookings.revoke_links(booking=booking, now=NOW)

    page = client.get(path)

    assert (page.status_code, 'data-page="link-dead"' in page.content.decode()) == (404, True)


@pytest.mark.parametrize("odd", ["x", "T" * 43, "a" * 500])
def test_an_odd_link_hands_out_nothing(client: Client, odd: str) -> None:
    page: Any = client.get(f"/m/{odd}/calendar.ics")
    assert page.status_code == 404


def test_who_cancelled_has_no_such_button(client: Client, booking: Booking) -> None:
    work(NOW)
    mail.outbox.clear()
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        by=None,
        now=NOW,
    )
    work(NOW + timedelta(minutes=30))

    assert ["Add to calendar" in str(it.body) for it in mail.outbox] == [False] * len(mail.outbox)
    assert mail.outbox
