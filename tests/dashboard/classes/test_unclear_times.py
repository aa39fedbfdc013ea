"""A typed time that the clock skips or shows twice is asked about: for one date beside it, for
a series once, with the dates (rules T5, T6)."""

import re
from typing import Any

import pytest
from django.test import Client

from apps.availability.models import Session, WeeklyHours
from tests.factories.studio import Studio, make_studio
from tests.pages import text_of

pytestmark = pytest.mark.django_db
NEW = "/own/harbor/classes/new/"


@pytest.fixture
def studio(clock: object) -> Studio:
    """Open at night too."""
    studio = make_studio()
    WeeklyHours.objects.update(starts_minute=0)
    return studio


@pytest.fixture
def olga(studio: Studio) -> Client:
    browser = Client()
    browser.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def fields(studio: Studio, **other: Any) -> dict[str, Any]:
    return {
        "service": studio.flow.pk,
        "staff": studio.noor.resource_id,
        "room": studio.pier.pk,
        "capacity": 5,
        **other,
    }


def times(studio: Studio) -> list[str]:
    zone = studio.business.zone
    found = Session.objects.order_by("starts_at").values_list("starts_at", flat=True)
    return [f"{at.astimezone(zone):%d %b %H:%M}" for at in found]


@pytest.mark.parametrize(
    ("on", "at", "words"),
    [
        ("2027-03-14", "02:30", "skip this time. Choose 03:30 or another."),
        ("2027-11-07", "01:30", "this time comes twice. Choose another."),
    ],
)
def test_a_new_class_at_an_unclear_time_is_asked_about(
    olga: Client, studio: Studio, on: str, at: str, words: str
) -> None:
    answer = olga.post(NEW, fields(studio, first_on=on, at=at))

    assert (answer.status_code, times(studio)) == (422, [])
    page = text_of(answer)
    assert words in page
    assert 'name="moves_on"' not in page


def sundays(studio: Studio, **other: Any) -> dict[str, Any]:
    """Three of them; in the night before the second the clock is put forward."""
    return fields(studio, first_on="2027-03-07", weekdays=[6], count=3, **other)


def test_a_series_over_such_a_night_is_asked_about_once(olga: Client, studio: Studio) -> None:
    first = olga.post(NEW, sundays(studio, at="02:30"))

    assert (first.status_code, times(studio)) == (422, [])
    page = text_of(first)
    assert "The clocks change on one date, which would be at Sun 14 Mar, 03:30." in page
    assert 'name="moves_on"' in page

    again = olga.post(NEW, sundays(studio, at="02:30", moves_on="on"))

    assert again.status_code == 303
    assert times(studio) == ["07 Mar 02:30", "14 Mar 03:30", "21 Mar 02:30"]


def test_a_series_is_not_moved_there_silently_either(olga: Client, studio: Studio) -> None:
    olga.post(NEW, sundays(studio, at="10:00"))
    path = f"/own/harbor/classes/{Session.objects.earliest('pk').pk}/change/"
    shown = text_of(olga.get(path))
    assert 'name="moves_on"' not in shown
    scope = re.findall(r'value="(ALL:[^"]+)"', shown)[0]
    typed = {
        "staff": studio.noor.resource_id,
        "room": studio.pier.pk,
        "at": "02:30",
        "scope": scope,
    }

    first = olga.post(path, typed)

    assert first.status_code == 422
    assert times(studio) == ["07 Mar 10:00", "14 Mar 10:00", "21 Mar 10:00"]
    assert "which would be at Sun 14 Mar, 03:30." in text_of(first)

    again = olga.post(path, {**typed, "moves_on": "on"})

    assert again.status_code in {302, 303}
    assert times(studio) == ["07 Mar 02:30", "14 Mar 03:30", "21 Mar 02:30"]


def test_an_ordinary_series_is_asked_nothing(olga: Client, studio: Studio) -> None:
    answer = olga.get(NEW, sundays(studio, at="10:00"))

    assert 'name="moves_on"' not in text_of(answer)
