from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.availability import operations as availability
from apps.availability.models import CourseRun
from apps.bookings.models import Booking
from tests.factories import NOW
from tests.factories.studio import Studio, join, make_run, make_studio
from tests.pages import fill, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
COURSE = "/harbor/courses/beginners/"


@pytest.fixture
def studio(db: None, at_now: Any) -> Studio:
    return make_studio(late_entry=True)


def enrol(client: Client, run: CourseRun, **fields: Any) -> Any:
    return client.post(f"{COURSE}{run.pk}/hold", fields)


def test_a_course_lists_its_runs_with_all_dates(client: Client, studio: Studio) -> None:
    run = make_run(studio, first=studio.at(26, 18), weeks=6, capacity=10)
    second = run.sessions.order_by("starts_at")[1]
    availability.cancel_sessions(session_ids=[second.pk], reason="Holiday", now=NOW)

    page = client.get(COURSE)

    (row,) = page.context["page"].runs
    assert [date.is_canceled for date in row.dates] == [False, True, *[False] * 4]
    assert (row.total, row.over, row.joining.seats_left) == (5, 0, 10)
    assert "All 6 dates" in text_of(page)
    assert "single dates cannot be swapped" in text_of(page)


def test_a_course_is_booked_as_a_whole(client: Client, studio: Studio) -> None:
    run = make_run(studio, first=studio.at(26, 18), weeks=6)

    answer = enrol(client, run, people=2)
    fill(client, answer["Location"])

    booking = Booking.objects.get()
    assert (booking.status, booking.course_run, booking.price) == ("CONFIRMED", run, 24000)
    run.refresh_from_db()
    assert run.seats_taken == 2


def test_whoever_joins_late_pays_for_what_is_left(client: Client, studio: Studio) -> None:
    studio.course.prorates = True
    studio.course.save()
    run = make_run(studio, first=studio.at(12, 18), weeks=8)

    page = client.get(COURSE)
    answer = enrol(client, run)
    fill(client, answer["Location"])

    assert "2 of 8 sessions have taken place." in text_of(page)
    assert "You pay only for the rest." in text_of(page)
    booking = Booking.objects.get()
    assert (booking.status, booking.price) == ("CONFIRMED", 9000)


def test_without_late_entry_a_course_that_began_is_closed(client: Client, at_now: Any) -> None:
    studio = make_studio()
    run = make_run(studio, first=studio.at(12, 18), weeks=8)

    page = enrol(client, run)

    assert page.status_code == 409
    assert "This has already started." in text_of(page)


def test_a_course_without_future_dates_is_not_offered(client: Client, studio: Studio) -> None:
    run = make_run(studio, first=studio.at(2, 18), weeks=2)

    page = client.get(COURSE)

    assert "No dates at the moment" in text_of(page)
    assert enrol(client, run).status_code == 409


def test_a_full_run_is_a_409(client: Client, studio: Studio) -> None:
    run = make_run(studio, first=studio.at(26, 18), capacity=1)
    join(run, email="sam@example.com")

    page = enrol(client, run)

    assert page.status_code == 409
    assert "This is fully booked." in text_of(page)


def test_the_price_of_a_run_is_swapped_alone(client: Client, studio: Studio) -> None:
    run = make_run(studio, first=studio.at(26, 18))

    answer = client.get(COURSE, {"run": run.pk, "people": 3}, headers={"HX-Request": "true"})

    assert f'id="quote-{run.pk}"' in text_of(answer)
    assert "$360.00" in text_of(answer)
    assert client.get(COURSE, {"run": 999}, headers={"HX-Request": "true"}).status_code == 404


def test_runs_of_another_course_are_not_found(client: Client, studio: Studio) -> None:
    run = make_run(studio, first=studio.at(26, 18))

    assert client.post(f"/harbor/courses/flow/{run.pk}/hold").status_code == 302
    assert client.post(f"{COURSE}{run.pk + 1}/hold").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_course_costs_the_same_for_one_and_for_three_runs(
    client: Client,
    studio: Studio,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for turn in range(count):
        make_run(studio, first=studio.at(26, 8) + timedelta(hours=2 * turn))
    client.get(COURSE)

    with django_assert_num_queries(7):
        client.get(COURSE)
