"""Two people who change the places of a class: the second one sees the first one's number."""

from typing import Any

import pytest
from django.test import Client

from apps.availability.models import Session
from tests.factories.studio import Studio, make_session, make_studio

pytestmark = pytest.mark.django_db


@pytest.fixture
def studio(db: None) -> Studio:
    return make_studio()


@pytest.fixture
def hannah(studio: Studio, client: Client) -> Client:
    client.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def save(browser: Client, session: Session, capacity: int, seen: int) -> Any:
    path = f"/own/harbor/classes/{session.pk}/places/"
    return browser.post(path, {"capacity": capacity, "seen": seen})


def test_a_number_that_grew_old_changes_nothing(hannah: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=12)
    assert save(hannah, session, 10, 12).status_code == 303

    answer = save(hannah, session, 8, 12)

    session.refresh_from_db()
    text = answer.content.decode()
    assert (answer.status_code, session.capacity) == (409, 10)
    assert "Somebody else has changed it to 10." in text
    assert 'name="seen" value="10"' in text
    assert save(hannah, session, 8, 10).status_code == 303
