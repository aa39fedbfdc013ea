"""A service at two places: the customer chooses, and everything afterwards keeps the place."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone

from apps.availability.models import Schedule, WeeklyHours
from apps.bookings.models import Booking, WaitlistEntry
from apps.businesses.models import Location
from apps.outbox.worker import Worker
from tests.factories import NOW, Salon, make_booking, make_location
from tests.pages import fields_of, fill, hold, slots_of, tap, text_of, times_url

pytestmark = pytest.mark.django_db
LISBON = ZoneInfo("Europe/Lisbon")


@pytest.fixture
def lisbon(salon: Salon) -> Location:
    """A second place that opens on Thursdays only, from eight to ten in the morning there."""
    place = make_location(business=salon.business, name="Lisbon", time_zone="Europe/Lisbon")
    place.street, place.city, place.postal_code = "Rua Augusta 8", "Lisboa", "1100-053"
    place.position = 2
    place.save()
    house = Schedule.objects.get(business=salon.business, resource=None, service=None)
    house.weekly_hours.update(location=salon.location)
    WeeklyHours.objects.create(
        schedule=house, weekday=3, starts_minute=480, ends_minute=600, location=place
    )
    salon.cut.locations.add(place)
    return place


def book(client: Client, salon: Salon, at: datetime, place: Location) -> Booking:
    answer = fill(client, hold(client, salon.cut, at, {"location": place.pk}))
    return Booking.objects.get(reference=answer["Location"].split("/")[2])


def look(client: Client, salon: Salon, **query: Any) -> Any:
    return client.get(times_url(salon.cut), query)


def test_the_customer_chooses_the_place_by_a_plain_link(
    client: Client, salon: Salon, lisbon: Location
) -> None:
    page = look(client, salon)

    places = [(it["label"], it["url"], it["chosen"]) for it in page.context["places"]]
    here, there = salon.location.pk, lisbon.pk
    assert places == [
        ("Salon", f"/juniper/s/cut/times?location={here}&near=2026-11-24", True),
        ("Lisbon", f"/juniper/s/cut/times?location={there}&near=2026-11-24", False),
    ]
    assert f'<a class="chip" href="/juniper/s/cut/times?location={there}&amp;near=' in text_of(page)


def test_each_place_has_its_own_hours_on_its_own_clock(
    client: Client, salon: Salon, lisbon: Location
) -> None:
    page = look(client, salon, location=lisbon.pk, near="2026-11-24")

    assert page.context["chosen_on"] == date(2026, 11, 26)
    assert slots_of(page)[0] == "2026-11-26T08:00+00:00;;"
    assert "Times are in Lisbon time, at Rua Augusta 8, 1100-053 Lisboa." in text_of(page)
    assert ("location", str(lisbon.pk)) in page.context["hold_fields"]


def test_a_place_where_the_service_does_not_happen_is_not_found(
    client: Client, salon: Salon, lisbon: Location
) -> None:
    salon.cut.locations.remove(lisbon)

    answers = [
        look(client, salon, location=lisbon.pk),
        tap(client, salon.cut, "2026-11-26T08:00+00:00;;", {"location": lisbon.pk}),
    ]

    assert [it.status_code for it in answers] == [404, 404]


def test_one_place_asks_nothing(client: Client, salon: Salon) -> None:
    page = look(client, salon)
    service = client.get("/juniper/s/cut/")

    assert (page.context["places"], service.context["places"]) == ([], [])
    assert "location" not in dict(page.context["hold_fields"])


def test_what_is_held_and_booked_is_there(client: Client, salon: Salon, lisbon: Location) -> None:
    at = datetime(2026, 11, 26, 8, tzinfo=LISBON)

    booking = book(client, salon, at, lisbon)

    assert (booking.location, booking.time_zone) == (lisbon, "Europe/Lisbon")
    assert booking.wall_time == "2026-11-26T08:00"
    done = client.get(f"/done/{booking.reference}/")
    assert "Rua Augusta 8" in text_of(done)
    assert "8:00" in text_of(done)
    manage = client.get(f"/manage/{booking.reference}/")
    assert "Rua Augusta 8" in text_of(manage)


def test_the_mail_names_the_place_and_its_clock(
    client: Client, salon: Salon, lisbon: Location, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    book(client, salon, datetime(2026, 11, 26, 8, tzinfo=LISBON), lisbon)

    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        Worker(clock=timezone.now, jitter=lambda: 0.0).drain()

    text = str(next(it for it in mailoutbox if it.to == ["carl@example.com"]).body)
    assert "Rua Augusta 8, 1100-053 Lisboa" in text
    assert "08:00" in text
    assert "Lisbon time" in text


def test_a_slot_of_one_place_is_not_taken_for_the_other(
    client: Client, salon: Salon, lisbon: Location
) -> None:
    answer = tap(client, salon.cut, "2026-11-26T08:00+00:00;;", {"location": salon.location.pk})

    assert answer.status_code == 422


def test_a_lost_time_is_answered_with_times_of_the_same_place(
    client: Client, salon: Salon, lisbon: Location
) -> None:
    at = datetime(2026, 11, 26, 8, tzinfo=LISBON)
    for person in (salon.ana, salon.ben):
        make_booking(service=salon.cut, starts_at=at, now=NOW, resource_id=person.resource_id)

    answer = tap(client, salon.cut, "2026-11-26T08:00+00:00;;", {"location": lisbon.pk})

    assert answer.status_code == 409
    assert [it["chosen"] for it in answer.context["places"]] == [False, True]
    assert slots_of(answer)[0] == "2026-11-26T08:45+00:00;;"


def test_the_page_of_the_service_offers_the_places_with_their_addresses(
    client: Client, salon: Salon, lisbon: Location
) -> None:
    page = client.get("/juniper/s/cut/", {"location": lisbon.pk})

    assert [(it.label, it.note, it.chosen) for it in page.context["places"]] == [
        ("Salon", "Kastanienallee 12, 10435 Berlin", False),
        ("Lisbon", "Rua Augusta 8, 1100-053 Lisboa", True),
    ]


def test_without_a_wish_it_opens_where_it_is_free_first(
    client: Client, salon: Salon, lisbon: Location
) -> None:
    house = Schedule.objects.get(business=salon.business, resource=None, service=None)
    house.weekly_hours.filter(location=salon.location, weekday__lt=5).delete()

    page = look(client, salon)
    home = client.get("/juniper/", headers={"HX-Request": "true"})

    assert [it["chosen"] for it in page.context["places"]] == [False, True]
    assert re.findall("Next: [^<]*", text_of(home))[0] == "Next: Thu 08:00, Lisbon"


def test_book_again_keeps_the_place(client: Client, salon: Salon, lisbon: Location) -> None:
    booking = book(client, salon, datetime(2026, 11, 26, 8, tzinfo=LISBON), lisbon)
    client.post(f"/done/{booking.reference}/remember")

    again = client.get("/juniper/").context["again"]

    assert ("location", str(lisbon.pk)) in again["fields"]
    assert [it.starts_at.astimezone(LISBON).hour for it in again["slots"]] == [8, 8, 8]
    assert again["brief_words"].endswith(", Lisbon")


def test_a_place_the_service_has_left_is_not_booked_again(
    client: Client, salon: Salon, lisbon: Location
) -> None:
    booking = book(client, salon, datetime(2026, 11, 26, 8, tzinfo=LISBON), lisbon)
    client.post(f"/done/{booking.reference}/remember")
    salon.cut.locations.remove(lisbon)

    assert client.get("/juniper/").context["again"] is None


def fill_up(salon: Salon) -> None:
    """Take the two hours of the Thursday in Lisbon, both people."""
    for minutes in (0, 45):
        at = datetime(2026, 11, 26, 8, minutes, tzinfo=LISBON)
        for person in (salon.ana, salon.ben):
            make_booking(service=salon.cut, starts_at=at, now=NOW, resource_id=person.resource_id)
    WeeklyHours.objects.filter(location__name="Lisbon").update(ends_minute=570)


def test_who_waits_for_a_time_waits_at_the_place(
    client: Client, salon: Salon, lisbon: Location
) -> None:
    fill_up(salon)
    picker = look(client, salon, location=lisbon.pk, date="2026-11-26")
    path = picker.context["waitlist_url"]
    hidden = fields_of(client.get(path))
    typed = {"name": "Eva", "email": "eva@example.com", "notice": "0", "days": "1", "hours": "0"}

    with time_machine.travel(NOW + timedelta(seconds=30), tick=False):
        answer = client.post(path, {**hidden, **typed})

    assert answer.status_code == 303, text_of(answer)
    booking = WaitlistEntry.objects.get().booking
    assert (booking.location, booking.time_zone) == (lisbon, "Europe/Lisbon")
