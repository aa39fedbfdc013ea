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
from tests.bookings.test_reading import nobody_may_write
from tests.factories import NOW, Salon, make_salon
from tests.pages import fields_of, hold

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db, pytest.mark.usefixtures("clock")]
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


def test_reading_writes_nothing_and_marks_the_browser_at_once_and_each_minute(
    salon: Salon, clock: Any
) -> None:
    client = signed_in(salon)
    marked = []
    with CaptureQueriesContext(connection) as queries:
        for seconds in (0, 59, 1, 30, 30):
            clock.shift(seconds)
            marked.append("seen" in client.get(TODAY).cookies)

    assert [it["sql"] for it in queries if it["sql"].split()[0] != "SELECT"] == []
    assert marked == [True, False, True, False, True]


@pytest.mark.parametrize("mark", ["none", "forged", "of an earlier sign-in", "of somebody else"])
def test_only_the_own_mark_keeps_a_sign_in_alive(salon: Salon, clock: Any, mark: str) -> None:
    earlier, sam = signed_in(salon), Client()
    sam.force_login(User.objects.create_user("sam"))
    sam.get(TODAY)
    clock.shift(timedelta(minutes=1))
    client = Client()
    client.post("/own/sign-in/", {"login": "olga@juniper.example", "password": PASSWORD})
    clock.shift(timedelta(hours=11, minutes=58))
    for it in (earlier, sam):
        it.get(TODAY)
    client.cookies["seen"] = {
        "none": "",
        "forged": "abc:def:ghi",
        "of an earlier sign-in": earlier.cookies["seen"].value,
        "of somebody else": sam.cookies["seen"].value,
    }[mark]
    clock.shift(timedelta(minutes=2))

    assert client.get(TODAY).status_code == 303
    assert earlier.get(TODAY).status_code == 200


def test_the_mark_is_hidden_from_scripts(salon: Salon, clock: Any) -> None:
    client = signed_in(salon)
    clock.shift(timedelta(minutes=1))
    client.get(TODAY)

    cookie = client.cookies["seen"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


@pytest.mark.django_db(transaction=True)
def test_the_team_reads_while_nobody_may_write(salon: Salon, clock: Any) -> None:
    """Seen to fail: twenty seconds of waiting, then "We could not read this request"."""
    client = signed_in(salon)
    pages = [TODAY, f"{TODAY}agenda/", f"{TODAY}requests/", f"{TODAY}money/"]
    clock.shift(timedelta(minutes=5))
    with nobody_may_write():
        meanwhile = [client.get(page).status_code for page in pages]

    assert meanwhile == [200] * len(pages)


@pytest.mark.django_db(transaction=True)
def test_a_session_that_cannot_be_written_is_trouble_that_passes(salon: Salon, clock: Any) -> None:
    """Django tells a session that is gone and a database that is busy alike."""
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(pk=salon.olga.user_id))  # nothing is noted in it yet
    with nobody_may_write():
        refused = client.get(TODAY)

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")


def test_signing_in_again_begins_anew(salon: Salon, clock: Any) -> None:
    client = signed_in(salon)
    clock.shift(timedelta(hours=13))
    client.post("/own/sign-in/", {"login": "olga@juniper.example", "password": PASSWORD})

    assert client.get(TODAY).status_code == 200
