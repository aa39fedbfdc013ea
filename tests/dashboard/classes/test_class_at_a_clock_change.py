"""A class is given a wall time that its clock skips, or shows twice (rules T5, T6).

New York puts the clock forward on Sunday 14 March 2027 and back on Sunday 7 November 2027, at 2:00.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from apps.availability.models import Schedule, Session
from tests.dashboard.classes.test_class_revision import local, save, shown_scopes
from tests.factories.schedules import make_hours
from tests.factories.studio import Studio, make_session, make_studio

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


@pytest.fixture
def studio() -> Studio:
    """Open by day and by night."""
    studio = make_studio()
    Schedule.objects.filter(business=studio.business).delete()
    make_hours(business=studio.business, starts=0, ends=1440)
    return studio


@pytest.fixture
def olga(studio: Studio, client: Client) -> Client:
    client.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def evening_of(studio: Studio, month: int, day: int) -> Session:
    at = datetime(2027, month, day, 18, tzinfo=studio.business.zone)
    return make_session(studio, starts_at=at.astimezone(UTC))


def test_a_time_that_the_clock_skips_is_refused_with_the_one_that_it_shows(
    olga: Client, studio: Studio
) -> None:
    session = evening_of(studio, 3, 14)

    answer = save(olga, studio, session, shown_scopes(olga, session)["THIS"], at="02:30")

    form = answer.context["form"]
    assert (answer.status_code, local(session, studio)) == (422, "18:00")
    assert form["at"].value() == "02:30"
    assert form.errors["at"] == [
        ("Clocks go forward that night and skip this time. Choose 03:30 or another.")
    ]


def test_a_time_that_the_clock_shows_twice_is_not_guessed(olga: Client, studio: Studio) -> None:
    session = evening_of(studio, 11, 7)

    answer = save(olga, studio, session, shown_scopes(olga, session)["THIS"], at="01:30")

    assert (answer.status_code, local(session, studio)) == (422, "18:00")
    assert answer.context["form"].errors["at"] == [
        "Clocks go back that night, so this time comes twice. Choose another."
    ]


@pytest.mark.parametrize("hour", [5, 6])
def test_what_stands_in_the_hour_that_comes_twice_stays_where_it_is(
    olga: Client, studio: Studio, hour: int
) -> None:
    """Half past one in New York: at 5:30 UTC, and once more at 6:30."""
    at = datetime(2027, 11, 7, hour, 30, tzinfo=UTC)
    session = make_session(studio, starts_at=at)

    other = {"at": "01:30", "staff": studio.dan.resource_id}
    answer = save(olga, studio, session, shown_scopes(olga, session)["THIS"], **other)

    session.refresh_from_db()
    assert (answer.status_code, session.starts_at) == (303, at)
    assert session.ends_at - at == timedelta(hours=1)
