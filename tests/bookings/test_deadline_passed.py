"""A page that knows when it begins names no deadline that has passed as if it were open: it says
what the page of the details says (rule T17)."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.catalog.models import BookingPolicy
from tests.factories import NOW, Salon
from tests.factories.studio import Studio, make_run, make_session, make_studio
from tests.pages import text_of, times_url

pytestmark = pytest.mark.django_db
SOON = "This starts in less than 24 hours, so it cannot be cancelled free of charge."
BEGUN = "This has already started, so it cannot be cancelled free of charge."
SOONER = "Times before {} are too soon for that."
DAY = 24 * 60


@pytest.fixture
def studio(db: None, at_now: Any) -> Studio:
    """Classes may be cancelled until the day before."""
    return make_studio(cancel_until_minutes=DAY, late_entry=True)


def policies(page: Any) -> list[str]:
    """The sentences about cancelling, as they are read."""
    found = re.findall(r'<p class="policy[^"]*">(.*?)</p>', text_of(page), re.DOTALL)
    plain = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", it)).strip() for it in found]
    return [it.replace("\xa0", " ") for it in plain]


def test_the_class_of_this_evening_says_the_same_before_and_after_the_tap(
    client: Client, studio: Studio
) -> None:
    session = make_session(studio, starts_at=NOW + timedelta(hours=3), capacity=5)
    path = f"/harbor/classes/{session.pk}/"

    shown = policies(client.get(path))
    details = text_of(client.get(client.post(f"{path}hold", {"people": "1"})["Location"]))

    assert shown == [SOON]
    assert SOON in details


def test_a_class_with_time_left_names_the_last_moment(client: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18), capacity=5)

    shown = policies(client.get(f"/harbor/classes/{session.pk}/"))

    assert shown == ["Free cancellation until Thu 26 Nov, 18:00."]


def test_a_class_that_has_begun_says_nothing_of_cancelling(client: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=NOW + timedelta(hours=5), capacity=5)

    with time_machine.travel(NOW + timedelta(hours=5, minutes=10), tick=False):
        assert policies(client.get(f"/harbor/classes/{session.pk}/")) == []


def test_each_run_of_a_course_has_its_own_moment(client: Client, studio: Studio) -> None:
    make_run(studio, first=studio.at(12, 18), weeks=8)  # it has begun
    make_run(studio, first=studio.at(30, 18), weeks=8)

    _of_all, begun, ahead = policies(client.get("/harbor/courses/beginners/"))

    assert begun == BEGUN
    assert ahead.startswith("Free cancellation until ")


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (
            60,
            f"Free cancellation up to 1 hour before. {SOONER.format('11:45')}",
        ),
        (DAY, "These times are too soon for free cancellation."),
        (0, "Free cancellation until the start."),
    ],
)
def test_the_times_of_today_do_not_pretend(
    client: Client, salon: Salon, minutes: int, words: str
) -> None:
    BookingPolicy.objects.update(cancel_until_minutes=minutes)

    (shown,) = policies(client.get(times_url(salon.cut), {"date": "2026-11-24"}))

    assert shown.startswith(words)


def test_the_times_of_another_day_keep_the_length(client: Client, salon: Salon) -> None:
    BookingPolicy.objects.update(cancel_until_minutes=DAY)

    (shown,) = policies(client.get(times_url(salon.cut), {"date": "2026-11-27"}))

    assert shown.startswith("Free cancellation up to 24 hours before.")
