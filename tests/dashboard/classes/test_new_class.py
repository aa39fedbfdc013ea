"""A class is scheduled once or as a series, and nothing is written before it fits."""

from typing import Any

import pytest
from django.test import Client

from apps.availability.models import CourseRun, DateException, Schedule, Session
from apps.dashboard.roles import ROLES, Right
from apps.ledger.check import find_all
from tests.factories import NOW
from tests.factories.studio import Studio, make_session, make_studio

pytestmark = pytest.mark.django_db
NEW = "/own/harbor/classes/new/"


@pytest.fixture
def studio(clock: object) -> Studio:
    return make_studio()


@pytest.fixture
def olga(studio: Studio) -> Client:
    browser = Client()
    browser.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def fields(studio: Studio, **other: Any) -> dict[str, Any]:
    """Vinyasa flow on Mondays and Wednesdays at seven, with Noor in the Pier room."""
    return {
        "service": studio.flow.pk,
        "staff": studio.noor.resource_id,
        "room": studio.pier.pk,
        "first_on": "2026-11-30",
        "at": "07:00",
        "capacity": 12,
        "weekdays": [0, 2],
        "every_weeks": 1,
        "count": 4,
        "skip_closed": "on",
        **other,
    }


def starts(studio: Studio) -> list[str]:
    zone = studio.business.zone
    found = Session.objects.order_by("starts_at").values_list("starts_at", flat=True)
    return [f"{at.astimezone(zone):%a %d %b %H:%M}" for at in found]


def test_a_series_takes_place_at_the_same_wall_time(olga: Client, studio: Studio) -> None:
    answer = olga.post(NEW, fields(studio))

    assert (answer.status_code, answer["Location"]) == (303, "/own/harbor/classes/?week=2026-W49")
    assert starts(studio) == [
        "Mon 30 Nov 07:00",
        "Wed 02 Dec 07:00",
        "Mon 07 Dec 07:00",
        "Wed 09 Dec 07:00",
    ]
    assert {it.series_id for it in Session.objects.all()} != {None}


def test_without_weekdays_it_takes_place_once(olga: Client, studio: Studio) -> None:
    olga.post(NEW, fields(studio, weekdays=[], count=""))

    assert starts(studio) == ["Mon 30 Nov 07:00"]


def test_holidays_are_left_out_when_asked(olga: Client, studio: Studio) -> None:
    hours = Schedule.objects.get(business=studio.business, resource=None, service=None)
    DateException.objects.create(schedule=hours, on="2026-12-02", reason="Moving")

    olga.post(NEW, fields(studio, count=2))

    assert starts(studio) == ["Mon 30 Nov 07:00", "Mon 07 Dec 07:00"]


def test_the_dates_are_shown_before_anything_is_saved(olga: Client, studio: Studio) -> None:
    make_session(studio, starts_at=studio.at(32, 7))

    page = olga.get(NEW, fields(studio), headers={"HX-Request": "true"})
    looked = olga.post(NEW, {**fields(studio), "preview": "1"}, follow=True)

    for answer in (page, looked):
        previewed = answer.context["previewed"]
        assert [bool(line.obstacles) for line in previewed] == [False, True, False, False]
        assert "Noor is taken 07:00" in answer.content.decode()
    assert Session.objects.count() == 1


def test_what_conflicts_is_not_written_unless_it_is_wanted(olga: Client, studio: Studio) -> None:
    make_session(studio, starts_at=studio.at(32, 7))

    refused = olga.post(NEW, fields(studio))
    assert refused.status_code == 409
    assert Session.objects.count() == 1

    unexplained = olga.post(NEW, fields(studio, anyway="on"))
    assert unexplained.status_code == 422
    assert unexplained.context["form"].errors["reason"] == [
        "Enter a reason, for whoever sees this conflict later."
    ]
    assert Session.objects.count() == 1

    answer = olga.post(NEW, fields(studio, anyway="on", reason="Noor assists only"))
    assert answer.status_code == 303
    scheduled = Session.objects.filter(series__isnull=False).order_by("starts_at")
    assert [it.override_reason for it in scheduled] == ["", "Noor assists only", "", ""]
    assert {it.overridden_by_id for it in scheduled} == {None, studio.olga.user_id}
    assert list(find_all(business_id=None, now=NOW)) == []


def test_dates_are_looked_at_before_a_reason_is_given(olga: Client, studio: Studio) -> None:
    asked = fields(studio, anyway="on")
    page = olga.get(NEW, asked, headers={"HX-Request": "true"})
    looked = olga.post(NEW, {**asked, "preview": "1"}, follow=True)

    assert [len(it.context["previewed"]) for it in (page, looked)] == [4, 4]


def test_who_may_not_override_is_not_asked_and_cannot(
    olga: Client, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = ROLES["OWNER"] - {Right.OVERRIDE}
    monkeypatch.setitem(ROLES, "OWNER", plain)
    make_session(studio, starts_at=studio.at(32, 7))

    page = olga.get(NEW)
    refused = olga.post(NEW, fields(studio, anyway="on", reason="I say so"))

    assert {"anyway", "reason"} & page.context["form"].fields.keys() == set()
    assert refused.status_code == 409
    assert Session.objects.count() == 1


def test_the_reason_stands_on_the_page_of_the_class(olga: Client, studio: Studio) -> None:
    make_session(studio, starts_at=studio.at(32, 7))
    olga.post(NEW, fields(studio, anyway="on", reason="Noor assists only"))
    overlapping = Session.objects.get(override_reason="Noor assists only")

    page = olga.get(f"/own/harbor/classes/{overlapping.pk}/")

    assert "Scheduled despite a conflict:</b> Noor assists only" in page.content.decode()


@pytest.mark.parametrize(
    ("other", "field", "words"),
    [
        ({"count": ""}, "until_on", "Enter an end date or a number of times."),
        ({"count": 501}, "until_on", "A series can have up to 500 dates."),
        ({"count": "", "until_on": "2026-11-29"}, "first_on", "No dates are left"),
        ({"at": "7 o'clock"}, "at", "Enter a valid time."),
        ({"staff": 0}, "staff", "Select a valid choice."),
        ({"capacity": 0}, "capacity", "Enter 1 or more."),
    ],
)
def test_a_rule_that_cannot_be_is_named_at_its_field(
    olga: Client, studio: Studio, other: dict[str, Any], field: str, words: str
) -> None:
    page = olga.post(NEW, fields(studio, **other))

    assert page.status_code == 422
    assert words in " ".join(page.context["form"].errors[field])
    assert not Session.objects.exists()


def test_people_and_rooms_of_others_cannot_be_scheduled(olga: Client, studio: Studio) -> None:
    other = make_studio(slug="other")

    page = olga.post(NEW, fields(studio, staff=other.noor.resource_id))

    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["staff"]


def test_a_course_is_scheduled_with_all_its_dates(olga: Client, studio: Studio) -> None:
    answer = olga.post(NEW, fields(studio, service=studio.course.pk, name="Winter, mornings"))

    assert answer.status_code == 303
    run = CourseRun.objects.get()
    assert (run.name, run.capacity, run.sessions.count()) == ("Winter, mornings", 12, 4)
    assert run.starts_at == studio.at(30, 7)
