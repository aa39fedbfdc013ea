"""The editor of hours says what does not count: a closing beside hours, a week that is ignored."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.factories import Salon, make_hours

WEEK = "weekly_hours"
DATES = "exceptions"
CLOSED = {"on": "2026-12-03", "reason": "Dentist"}
HOURS = {"on": "2026-12-03", "starts_minute": "600", "ends_minute": "660"}


@pytest.fixture
def operator(db: None) -> Client:
    browser = Client()
    user = User.objects.create_superuser("op", "op@portal.example", "correct horse")
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def rows(prefix: str, *typed: dict[str, str]) -> dict[str, str]:
    found = {
        f"{prefix}-{number}-{name}": value
        for number, row in enumerate(typed)
        for name, value in row.items()
    }
    return {f"{prefix}-TOTAL_FORMS": str(len(typed)), f"{prefix}-INITIAL_FORMS": "0", **found}


def said(operator: Client, salon: Salon, *dates: dict[str, str], **fields: Any) -> list[str]:
    answer = operator.post(
        reverse("admin:availability_schedule_add"),
        {
            "business": salon.business.pk,
            "resource": salon.ana.resource_id,
            **rows(WEEK, *fields.pop("week", [])),
            **rows(DATES, *dates),
            **fields,
        },
    )
    assert answer.status_code == 302
    page = operator.get(answer["Location"])
    return [str(it) for it in page.context["messages"] if it.level_tag == "warning"]


MONDAY = {"weekday": "0", "starts_minute": "540", "ends_minute": "1080"}


def test_a_closing_beside_hours_is_told(operator: Client, salon: Salon) -> None:
    words = said(operator, salon, CLOSED, HOURS, week=[MONDAY])

    assert words == ["3 December 2026 is closed, so the hours on that date do not count."]


def test_a_week_that_is_ignored_is_told(operator: Client, salon: Salon) -> None:
    words = said(operator, salon, week=[MONDAY], follows_business="on")

    assert words == ["It follows the business's hours, so its own weekly hours do not count."]


def test_a_schedule_without_hours_is_told(operator: Client, salon: Salon) -> None:
    assert said(operator, salon, CLOSED) == ["There are no hours here: it is never available."]


def test_what_does_not_contradict_itself_is_saved_without_a_word(
    operator: Client, salon: Salon
) -> None:
    assert said(operator, salon, HOURS) == []


def test_a_date_that_is_added_alone_is_compared_too(operator: Client, salon: Salon) -> None:
    schedule = make_hours(business=salon.business, resource=salon.ana.resource)
    schedule.exceptions.create(on="2026-12-03", reason="Dentist")

    answer = operator.post(
        reverse("admin:availability_dateexception_add"), {"schedule": schedule.pk, **HOURS}
    )

    page = operator.get(answer["Location"])
    assert [str(it) for it in page.context["messages"] if it.level_tag == "warning"] == [
        "3 December 2026 is closed, so the hours on that date do not count."
    ]
