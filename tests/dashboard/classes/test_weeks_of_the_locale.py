"""Every link into a week of classes names the week that has that day, as the business's locale has
its weeks."""

from datetime import date
from itertools import pairwise

import pytest
from django.test import Client

from apps.businesses.models import Business
from tests.factories.studio import Studio, make_session, make_studio
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
WEEKS = [
    ("en-US", "2026-W48", "2026-W49"),
    ("de-DE", "2026-W48", "2026-W48"),
    ("ar-EG", "2026-W49", "2026-W49"),
]
"""The weeks of Saturday 28 and of Sunday 29 November 2026; a week is named by its Monday."""

everywhere = pytest.mark.parametrize(("locale", "saturday", "sunday"), WEEKS)


@pytest.fixture
def studio(db: None) -> Studio:
    return make_studio()


@pytest.fixture
def owner(studio: Studio) -> Client:
    browser = Client()
    browser.force_login(studio.olga.user)
    return browser


def speak(studio: Studio, locale: str) -> None:
    Business.objects.filter(pk=studio.business.pk).update(locale=locale)


@everywhere
def test_after_scheduling_the_week_of_the_first_class_is_open(
    owner: Client, studio: Studio, *, locale: str, saturday: str, sunday: str
) -> None:
    speak(studio, locale)
    for first_on, week in (("2026-11-28", saturday), ("2026-11-29", sunday)):
        answer = owner.post(
            "/own/harbor/classes/new/",
            {
                "service": studio.flow.pk,
                "staff": studio.noor.resource_id,
                "room": studio.pier.pk,
                "first_on": first_on,
                "at": "12:00",
                "capacity": 12,
                "every_weeks": 1,
            },
        )

        shown = owner.get(answer["Location"]).context["week"]
        assert answer["Location"] == f"/own/harbor/classes/?week={week}"
        assert [on for on, lines in shown.days if lines][-1] == date.fromisoformat(first_on)


@everywhere
def test_the_way_back_from_a_class_leads_to_the_week_that_has_it(
    client: Client, studio: Studio, *, locale: str, saturday: str, sunday: str
) -> None:
    speak(studio, locale)
    for day, week in ((28, saturday), (29, sunday)):
        session = make_session(studio, starts_at=studio.at(day, 12))

        page = client.get(f"/harbor/classes/{session.pk}/")

        assert page.context["back_url"] == f"/harbor/classes/?week={week}"


@everywhere
def test_the_team_turns_one_week_at_a_time(
    owner: Client, studio: Studio, *, locale: str, saturday: str, sunday: str
) -> None:
    del saturday, sunday
    speak(studio, locale)

    here = owner.get("/own/harbor/classes/", {"week": "2026-W49"})
    earlier, later = (owner.get(here.context[it]) for it in ("earlier_url", "later_url"))

    assert 'href="/own/harbor/classes/?week=2026-W48"' in text_of(here)
    assert 'href="/own/harbor/classes/?week=2026-W50"' in text_of(here)
    days = [it.context["week"].first for it in (earlier, here, later)]
    assert [(after - before).days for before, after in pairwise(days)] == [7, 7]
