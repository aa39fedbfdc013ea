"""A sign-in ends when nobody uses it: 12 hours for teams, 30 minutes for operators."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings_portal.sessions import has_rested_too_long
from tests.bookings.pages import fields_of, hold
from tests.factories import NOW, Salon, make_salon

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
PASSWORD = "seven quiet herons"
TODAY, OPERATOR = "/own/juniper/", "/operator/"
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def salon(clock: Any) -> Salon:
    return make_salon(slug="juniper")


def signed_in(salon: Salon) -> Client:
    user = User.objects.get(pk=salon.olga.user_id)
    user.set_password(PASSWORD)
    user.email = "olga@juniper.example"
    user.save()
    client = Client()
    client.post("/own/sign-in/", {"login": user.email, "password": PASSWORD})
    return client


@pytest.mark.parametrize(
    ("is_operator", "rest"), [(False, timedelta(hours=12)), (True, timedelta(minutes=30))]
)
def test_the_rule_to_the_second(*, is_operator: bool, rest: timedelta) -> None:
    verdicts = [
        has_rested_too_long(seen_at=NOW, is_operator=is_operator, now=NOW + rest + step)
        for step in (-SECOND, timedelta(0), SECOND)
    ]

    assert verdicts == [False, True, True]


def test_a_team_is_signed_out_after_twelve_idle_hours(salon: Salon, clock: Any) -> None:
    client = signed_in(salon)
    clock.shift(timedelta(hours=12) - SECOND)
    assert client.get(TODAY).status_code == 200
    clock.shift(timedelta(hours=12) - SECOND)
    assert client.get(TODAY).status_code == 200
    clock.shift(timedelta(hours=12))

    ended = client.get(TODAY)

    assert (ended.status_code, ended["Location"]) == (303, "/own/sign-in/?next=%2Fown%2Fjuniper%2F")
    assert "_auth_user_id" not in client.session


def test_an_operator_is_signed_out_after_half_an_idle_hour(
    admin_client: Client, clock: Any
) -> None:
    assert admin_client.get(OPERATOR).status_code == 200
    clock.shift(timedelta(minutes=30) - SECOND)
    assert admin_client.get(OPERATOR).status_code == 200
    clock.shift(timedelta(minutes=30))

    assert admin_client.get(OPERATOR).status_code == 302


def test_a_tab_that_asks_by_itself_keeps_nobody_signed_in(salon: Salon, clock: Any) -> None:
    client = signed_in(salon)
    for _half_hour in range(23):
        clock.shift(timedelta(minutes=30))
        live = {"HX-Request": "true", "If-None-Match": '"an earlier version"'}
        assert client.get(f"{TODAY}needs/", headers=live).status_code == 200
    clock.shift(timedelta(minutes=30))

    assert client.get(TODAY).status_code == 303


def test_what_the_browser_may_do_as_a_customer_stays(salon: Salon, clock: Any) -> None:
    client = signed_in(salon)
    details = hold(client, salon.cut, salon.at(30, 10).astimezone(salon.business.zone))
    before = client.session.session_key
    clock.shift(timedelta(hours=12))
    assert client.get(TODAY).status_code == 303

    assert client.session.session_key != before
    assert "name" in fields_of(client.get(details))


def test_busy_pages_write_the_session_once_a_minute(salon: Salon, clock: Any) -> None:
    client = signed_in(salon)
    client.get(TODAY)
    with CaptureQueriesContext(connection) as queries:
        client.get(TODAY)
    clock.shift(timedelta(minutes=1))
    with CaptureQueriesContext(connection) as later:
        client.get(TODAY)

    written = [
        [it["sql"] for it in some if it["sql"].startswith("UPDATE")] for some in (queries, later)
    ]
    assert [len(it) for it in written] == [0, 1]


def test_signing_in_again_begins_anew(salon: Salon, clock: Any) -> None:
    client = signed_in(salon)
    clock.shift(timedelta(hours=13))
    client.post("/own/sign-in/", {"login": "olga@juniper.example", "password": PASSWORD})

    assert client.get(TODAY).status_code == 200
