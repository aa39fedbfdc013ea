import json
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.availability import operations as availability
from apps.availability.models import DateException, Schedule, Session
from apps.bookings.models import Booking
from apps.businesses.models import Business
from tests.factories import NOW, make_variant
from tests.factories.studio import Studio, join, make_session, make_studio
from tests.pages import fill, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
WEEK = "/harbor/classes/"


@pytest.fixture
def studio(db: None, at_now: Any) -> Studio:
    return make_studio()


def rows_of(page: Any) -> list[tuple[str, int, str]]:
    """Date, places left and obstacle of every row, in the order of the page."""
    return [
        (day.on.isoformat(), row.seats_left, row.obstacle)
        for day in page.context["week"].days
        for row in day.rows
    ]


def hold(client: Client, session: Session, **fields: Any) -> Any:
    return client.post(f"{WEEK}{session.pk}/hold", fields)


def test_a_week_lists_its_classes_by_day(client: Client, studio: Studio) -> None:
    make_session(studio, starts_at=studio.at(25, 18), capacity=8)
    make_session(studio, starts_at=studio.at(28, 9), capacity=6)
    make_session(studio, starts_at=studio.at(30, 9))

    page = client.get(WEEK)

    assert rows_of(page) == [("2026-11-25", 8, ""), ("2026-11-28", 6, "")]
    assert page.context["later_url"] == f"{WEEK}?week=2026-W49"
    assert page.context["earlier_url"] is None


@pytest.mark.parametrize(
    ("locale", "first_on"),
    [("de-DE", "2026-11-23"), ("en-US", "2026-11-22"), ("ar-EG", "2026-11-21")],
)
def test_without_a_wish_the_week_of_today_is_open_as_the_locale_has_it(
    client: Client, studio: Studio, *, locale: str, first_on: str
) -> None:
    """Also the team's, and the one that opens when this week has no more classes."""
    Business.objects.filter(pk=studio.business.pk).update(locale=locale)
    first = date.fromisoformat(first_on)
    make_session(studio, starts_at=studio.at(25, 18))
    make_session(studio, starts_at=studio.at(39, 9))
    client.force_login(studio.olga.user)

    public = client.get(WEEK)
    team = client.get("/own/harbor/classes/").context["week"]
    with time_machine.travel(studio.at(25, 19), tick=False):
        rolled = client.get(WEEK).context["week"]

    assert [public.context["week"].first, team.first] == [first] * 2
    assert public.context["later_url"] == f"{WEEK}?week=2026-W49"
    assert client.get(public.context["later_url"]).context["week"].first == first + timedelta(7)
    assert rolled.first == first + timedelta(14)


def test_a_week_without_classes_leads_to_the_next_class(client: Client, studio: Studio) -> None:
    make_session(studio, starts_at=studio.at(39, 18))

    page = client.get(f"{WEEK}?week=2026-W48")

    assert page.context["week"].count == 0
    assert page.context["next_url"] == f"{WEEK}?week=2026-W50"
    assert rows_of(client.get(page.context["next_url"])) == [("2026-12-09", 12, "")]


def test_a_closed_day_says_why(client: Client, studio: Studio) -> None:
    make_session(studio, starts_at=studio.at(25, 18))
    hours = Schedule.objects.get(business=studio.business, resource=None, service=None)
    DateException.objects.create(schedule=hours, on="2026-11-26", reason="Thanksgiving")

    page = client.get(WEEK)

    closed = {day.on.isoformat(): day.closed for day in page.context["week"].days}
    assert closed["2026-11-26"] == "Thanksgiving"
    assert closed["2026-11-25"] is None
    assert "Closed: Thanksgiving" in text_of(page)


def test_a_cancelled_class_stays_and_says_so(client: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))
    availability.cancel_sessions(session_ids=[session.pk], reason="Ill", now=NOW)

    page = client.get(WEEK)

    assert rows_of(page) == [("2026-11-25", 12, "CANCELED")]
    assert "Cancelled" in text_of(page)


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("class=flow", ["2026-11-25", "2026-11-27", "2026-11-28"]),
        ("class=nothing", []),
        ("part=morning", ["2026-11-28"]),
        ("part=evening", ["2026-11-25", "2026-11-27"]),
        ("people=2", ["2026-11-25", "2026-11-28"]),
        ("part=evening&people=2", ["2026-11-25"]),
        ("with={dan}", ["2026-11-28"]),
    ],
)
def test_chips_filter_the_week(client: Client, studio: Studio, query: str, days: list[str]) -> None:
    make_session(studio, starts_at=studio.at(25, 18))
    make_session(studio, starts_at=studio.at(27, 18), capacity=1)
    make_session(
        studio,
        starts_at=studio.at(28, 9),
        resource_ids=(studio.dan.resource_id, studio.loft.pk),
    )

    page = client.get(f"{WEEK}?{query.format(dan=studio.dan.resource_id)}")

    assert [on for on, _left, _obstacle in rows_of(page)] == days


@pytest.mark.parametrize(
    "query", ["week=now", "week=2026-W60", "week=1999-W01", "part=night", "people=-1", "with=x"]
)
def test_an_address_we_did_not_make_is_not_found(
    client: Client, studio: Studio, query: str
) -> None:
    assert client.get(f"{WEEK}?{query}").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_week_costs_the_same_for_one_and_for_three_classes(
    client: Client,
    studio: Studio,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for turn in range(count):
        make_session(studio, starts_at=studio.at(25, 8 + 2 * turn))
    client.get(WEEK)

    with django_assert_num_queries(8):
        client.get(WEEK)


def test_a_person_who_is_in_is_told_so(client: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))
    address = hold(client, session, people=1)["Location"]
    fill(client, address)

    page = client.get(WEEK)

    (row,) = [row for day in page.context["week"].days for row in day.rows]
    assert row.own_reference == Booking.objects.get().reference
    assert "You’re booked" in text_of(page)
    assert "You’re booked" not in text_of(Client().get(WEEK))


def test_a_class_is_booked_for_two_by_name(client: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))

    answer = hold(client, session, people=2)
    assert answer.status_code == 303
    details = client.get(answer["Location"])
    assert "$36.00" in text_of(details)
    done = fill(client, answer["Location"])

    assert done.status_code == 303
    booking = Booking.objects.get()
    assert (booking.status, booking.party_size, booking.price) == ("CONFIRMED", 2, 3600)
    session.refresh_from_db()
    assert session.seats_taken == 2


def test_two_adults_and_a_child_are_added_up(client: Client, studio: Studio) -> None:
    adult = make_variant(service=studio.flow, name="Adult", price=1800)
    child = make_variant(service=studio.flow, name="Child", price=900)
    session = make_session(studio, starts_at=studio.at(25, 18))
    people = {f"people_{adult.pk}": 2, f"people_{child.pk}": 1}

    quote = client.get(f"{WEEK}{session.pk}/", people, headers={"HX-Request": "true"})
    answer = hold(client, session, **people)
    fill(client, answer["Location"])

    assert "$45.00" in text_of(quote)
    booking = Booking.objects.get()
    assert (booking.party_size, booking.price) == (3, 4500)
    assert list(booking.mix.order_by("pk").values_list("name", "people", "price")) == [
        ("Adult", 2, 1800),
        ("Child", 1, 900),
    ]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"people": 4}, "A booking can be for up to 3 people."),
        ({"nobody": True}, "Say how many people are coming."),
    ],
)
def test_a_party_that_cannot_be_is_told_why(
    client: Client, studio: Studio, fields: dict[str, Any], words: str
) -> None:
    adult = make_variant(service=studio.flow, name="Adult", price=1800)
    make_variant(service=studio.flow, name="Child", price=900)
    session = make_session(studio, starts_at=studio.at(25, 18))
    sent = {f"people_{adult.pk}": 0} if "nobody" in fields else fields

    page = hold(client, session, **sent)

    assert page.status_code == 422
    assert words in text_of(page)
    assert not Booking.objects.exists()


def test_a_party_larger_than_what_is_left_is_offered_what_there_is(
    client: Client, studio: Studio
) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=3)
    join(session, email="sam@example.com")

    page = hold(client, session, people=3)

    assert page.status_code == 409
    assert "Only 2 places are left." in text_of(page)
    assert f"{WEEK}{session.pk}/?people=2" in text_of(page)


def test_a_full_class_is_a_409(client: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=1)
    join(session, email="sam@example.com")

    page = hold(client, session)

    assert page.status_code == 409
    assert "This is fully booked." in text_of(page)


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ({"min_notice_minutes": 3000}, "It is too late to book this online."),
        ({"max_advance_minutes": 60}, "Booking opens on Wed 25 Nov, 17:00."),
    ],
)
def test_the_limits_of_the_owner_are_worded(
    client: Client, at_now: Any, policy: dict[str, Any], words: str
) -> None:
    studio = make_studio(**policy)
    session = make_session(studio, starts_at=studio.at(25, 18))

    shown = client.get(f"{WEEK}{session.pk}/")
    page = hold(client, session)

    assert (shown.status_code, page.status_code) == (200, 409)
    for answer in (shown, page):
        assert words in text_of(answer).replace("\xa0", " ")


def test_places_lost_while_typing_show_the_class_and_keep_the_text(
    client: Client, studio: Studio
) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=1)
    address = hold(client, session)["Location"]
    client.get(address)
    later = NOW + timedelta(minutes=11)
    join(session, email="sam@example.com", now=later)

    with time_machine.travel(later, tick=False):
        page = fill(client, address)

    assert page.status_code == 409
    assert "This is fully booked." in text_of(page)
    draft = Booking.objects.get(status="CREATED")
    assert draft.draft_text["name"] == ["Carl Vogt"]


def test_classes_of_another_business_are_not_found(client: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))
    make_studio(slug="other")

    assert client.get(f"/other/classes/{session.pk}/").status_code == 404
    assert client.post(f"/other/classes/{session.pk}/hold").status_code == 404


def test_the_address_of_the_service_leads_to_its_weeks(client: Client, studio: Studio) -> None:
    for path in ("/harbor/s/flow/", "/harbor/s/flow/times"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, f"{WEEK}?class=flow")
    answer = client.get("/harbor/s/beginners/")
    assert (answer.status_code, answer["Location"]) == (302, "/harbor/courses/beginners/")


def test_search_engines_read_a_class_as_an_event(client: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=8)

    page = client.get(f"{WEEK}{session.pk}/")

    facts = json.loads(page.context["json_ld"])
    assert facts["@type"] == "Event"
    assert facts["startDate"] == session.starts_at.isoformat()
    assert facts["remainingAttendeeCapacity"] == 8
    assert facts["offers"] == {"@type": "Offer", "price": "18.00", "priceCurrency": "USD"}
