"""Classes and courses at a place whose clock is another one than the business's: customers read
them by the clock of the place, and which clock that is."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.test import Client

from apps.availability.models import CourseRun, Session
from apps.bookings.models import Booking
from apps.bookings.queries.next_times import NextTime, find_next_times
from apps.businesses.models import Location
from apps.classes import operations as classes
from apps.waitlists.queries import offer_rules
from tests.factories import NOW, make_location
from tests.factories.money import work
from tests.factories.prepaid import make_plan, make_purchase
from tests.factories.studio import Studio, join, make_run, make_session, make_studio
from tests.pages import fill, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
LISBON, TOKYO = ZoneInfo("Europe/Lisbon"), ZoneInfo("Asia/Tokyo")
HONOLULU = ZoneInfo("Pacific/Honolulu")


@pytest.fixture
def studio() -> Studio:
    """In New York, five hours behind Lisbon."""
    return make_studio(late_entry=True)


@pytest.fixture
def lisbon(studio: Studio) -> Location:
    return make_location(business=studio.business, name="Lisbon", time_zone="Europe/Lisbon")


def move_to(place: Location, *things: Any) -> None:
    for it in things:
        type(it).objects.filter(pk=it.pk).update(location=place)


@pytest.fixture
def late(studio: Studio, lisbon: Location) -> Session:
    """Thursday 26 November, 01:30 to 02:30 in Lisbon: Wednesday evening in New York."""
    at = datetime(2026, 11, 26, 1, 30, tzinfo=LISBON)
    session = make_session(studio, starts_at=at)
    move_to(lisbon, session)
    return Session.objects.get(pk=session.pk)


@pytest.fixture
def run(studio: Studio, lisbon: Location) -> CourseRun:
    """Thursdays at 01:30 in Lisbon."""
    found = make_run(studio, first=datetime(2026, 11, 26, 1, 30, tzinfo=LISBON), weeks=2)
    move_to(lisbon, found, *found.sessions.all())
    return CourseRun.objects.get(pk=found.pk)


def week_of(client: Client, week: str = "2026-W48", **query: str) -> Any:
    return client.get("/harbor/classes/", {"week": week, **query})


def days_of(page: Any) -> dict[date, list[int]]:
    """The sessions of each day that has any."""
    return {it.on: [row.pk for row in it.rows] for it in page.context["week"].days if it.rows}


def test_the_week_lists_a_class_on_the_day_it_has_there(client: Client, late: Session) -> None:
    page = week_of(client)

    assert days_of(page) == {date(2026, 11, 26): [late.pk]}
    assert ">01:30</time>" in text_of(page)
    assert '<p class="left">Lisbon time</p>' in text_of(page)
    assert "Times are in New York time." in text_of(page)


def test_a_week_of_one_clock_names_no_other(client: Client, studio: Studio) -> None:
    make_session(studio, starts_at=studio.at(26, 18))

    text = text_of(week_of(client))

    assert text.count("New York time") == 1
    assert "Lisbon time" not in text


@pytest.mark.parametrize(
    ("zone", "at", "week"),
    [
        (TOKYO, datetime(2026, 11, 30, 7, tzinfo=TOKYO), "2026-W49"),
        (HONOLULU, datetime(2026, 11, 29, 22, tzinfo=HONOLULU), "2026-W48"),
    ],
)
def test_the_week_is_that_of_the_place(
    client: Client, studio: Studio, zone: ZoneInfo, at: datetime, week: str
) -> None:
    place = make_location(business=studio.business, name="Far", time_zone=zone.key)
    session = make_session(studio, starts_at=at, resource_ids=())
    move_to(place, session)

    found = {name: days_of(week_of(client, name)) for name in ("2026-W48", "2026-W49")}

    assert {name for name, days in found.items() if days} == {week}
    assert found[week] == {at.date(): [session.pk]}


def test_mornings_are_those_of_the_place(client: Client, late: Session) -> None:
    assert days_of(week_of(client, part="morning")) == {date(2026, 11, 26): [late.pk]}
    assert days_of(week_of(client, part="evening")) == {}


def test_the_next_class_after_an_empty_week_is_told_there(client: Client, late: Session) -> None:
    page = week_of(client, "2026-W47")

    assert "Next class: Thu 26 Nov, 01:30" in text_of(page)
    assert page.context["next_url"] == "/harbor/classes/?week=2026-W48"


def test_the_list_of_services_tells_the_next_class_there(studio: Studio, late: Session) -> None:
    found = find_next_times(business=studio.business, services=[studio.flow], now=NOW)

    assert list(found.values()) == [NextTime(late.starts_at, LISBON, "Lisbon")]


def test_the_page_of_a_class_tells_its_time_there(client: Client, late: Session) -> None:
    text = text_of(client.get(f"/harbor/classes/{late.pk}/"))

    assert "Thursday 26 November 2026" in text
    assert ", Lisbon time</dd>" in text
    assert '/harbor/classes/?week=2026-W48"' in text


def test_the_page_of_a_course_names_the_clock_of_each_run(
    client: Client, studio: Studio, run: CourseRun
) -> None:
    make_run(studio, first=studio.at(27, 18), weeks=2)

    text = text_of(client.get("/harbor/courses/beginners/"))

    assert text.count("Times are in Lisbon time.") == 1
    assert "Thu 26 Nov" in text
    told = re.findall(r"([^>]*)<b class=\"nowrap\">(Wed 25 Nov[^<]*)", text)
    assert [(words.strip(), when) for words, when in told] == [
        ("Free cancellation until", "Wed 25 Nov, 01:30")
    ]
    assert text.count("Wed 25 Nov") == 1


def book(client: Client, path: str) -> Booking:
    held = client.post(path, {"people": "1"})
    assert held.status_code == 303
    details = text_of(client.get(held["Location"]))
    assert "Lisbon time" in details
    answer = fill(client, held["Location"])
    return Booking.objects.get(reference=answer["Location"].split("/")[2])


@pytest.mark.parametrize("kind", ["class", "course"])
def test_what_is_booked_is_told_there_on_page_and_in_mail(
    client: Client, kind: str, request: pytest.FixtureRequest
) -> None:
    target = request.getfixturevalue("late" if kind == "class" else "run")
    paths = {
        "class": f"/harbor/classes/{target.pk}/hold",
        "course": f"/harbor/courses/beginners/{target.pk}/hold",
    }

    booking = book(client, paths[kind])
    work(NOW + timedelta(minutes=1))

    done = text_of(client.get(f"/done/{booking.reference}/"))
    told = next(str(it.body) for it in mail.outbox if it.to == ["carl@example.com"])
    assert booking.time_zone == "Europe/Lisbon"
    assert "Thursday 26 November 2026" in done
    assert "Lisbon time" in done
    assert "Thursday 26 November 2026" in told
    assert "Lisbon time" in told


def test_what_a_plan_pays_for_is_told_there(studio: Studio, client: Client, late: Session) -> None:
    purchase = make_purchase(plan=make_plan(services=[studio.flow]), by=studio.olga)
    client.get("/harbor/")
    session = client.session
    session["plans"] = [[purchase.pk, studio.business.pk]]
    session.save()

    answer = client.post(f"/harbor/classes/{late.pk}/plan", {"people": "1"})

    assert answer.status_code == 303
    assert Booking.objects.get().time_zone == "Europe/Lisbon"


def test_whoever_waits_is_told_there(studio: Studio, client: Client, late: Session) -> None:
    Session.objects.filter(pk=late.pk).update(capacity=1)
    join(Session.objects.get(pk=late.pk), email="first@example.com")
    path = f"/harbor/classes/{late.pk}/wait"

    page = text_of(client.get(path))
    fill(client, path, {"name": "Eva", "email": "eva@example.com", "notice": "0", "people": "1"})

    waiting = Booking.objects.get(status="WAITING_LIST")
    assert "Thu 26 Nov" in page
    assert "Lisbon time" in page
    assert waiting.time_zone == "Europe/Lisbon"


def test_quiet_hours_are_those_of_the_place(studio: Studio, lisbon: Location) -> None:
    rules = [offer_rules(service_id=studio.flow.pk, location=it) for it in (lisbon, None)]

    assert [it.zone for it in rules] == [LISBON, studio.business.zone]


def test_another_session_elsewhere_is_offered_with_its_clock(
    studio: Studio, client: Client, late: Session
) -> None:
    here = make_session(studio, starts_at=studio.at(27, 18))
    held = client.post(f"/harbor/classes/{here.pk}/hold", {"people": "1"})
    reference = fill(client, held["Location"])["Location"].split("/")[2]

    text = text_of(client.get(f"/manage/{reference}/move"))

    assert f'/move/check?target={late.pk}"><span><b>Thu 26 Nov' in text
    assert "<small>Lisbon time</small>" in text
    check = text_of(client.get(f"/manage/{reference}/move/check", {"target": late.pk}))
    assert "Lisbon time" in check
    booking = Booking.objects.get(reference=reference)
    classes.move_places(booking=booking, target=late, by=studio.olga, now=NOW)
    booking.refresh_from_db()
    assert booking.time_zone == "Europe/Lisbon"


def going_on(page: Any) -> dict[date, list[int]]:
    """Those that began on the day before."""
    days = page.context["week"].days
    return {it.on: [row.pk for row in it.going_on] for it in days if it.going_on}


def test_a_class_past_midnight_stands_on_both_days_and_counts_once(
    client: Client, studio: Studio
) -> None:
    night = make_session(studio, starts_at=studio.at(27, 22), resource_ids=())
    type(night).objects.filter(pk=night.pk).update(ends_at=studio.at(28, 1))

    page = week_of(client)

    text = " ".join(text_of(page).split())
    assert days_of(page) == {date(2026, 11, 27): [night.pk]}
    assert going_on(page) == {date(2026, 11, 28): [night.pk]}
    assert page.context["announce"] == "1 class"
    assert "<span>to Sat 01:00</span>" in text
    assert "since Fri 27 Nov, 22:00" in text
    assert text.count(f'href="/harbor/classes/{night.pk}/"') == 1


def test_what_goes_on_into_the_next_week_stands_there_as_well(
    client: Client, studio: Studio
) -> None:
    night = make_session(studio, starts_at=studio.at(29, 22), resource_ids=())
    type(night).objects.filter(pk=night.pk).update(ends_at=studio.at(30, 1))

    page = week_of(client, "2026-W49")

    assert (days_of(page), going_on(page)) == ({}, {date(2026, 11, 30): [night.pk]})
    assert page.context["announce"] == "1 class"


def test_what_ends_at_midnight_is_one_evening(client: Client, studio: Studio) -> None:
    night = make_session(studio, starts_at=studio.at(27, 23), resource_ids=())

    page = week_of(client)

    assert (days_of(page), going_on(page)) == ({date(2026, 11, 27): [night.pk]}, {})
