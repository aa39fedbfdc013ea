"""A process whose clock differs from the database's refuses to sell, and says so."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client, override_settings

from apps.outbox.models import OutboxItem
from apps.outbox.worker import Worker
from bookings_portal import clock
from tests.factories import make_business

pytestmark = [
    pytest.mark.both_databases,
    pytest.mark.django_db,
    pytest.mark.usefixtures("checked"),
    pytest.mark.real_time,
]
on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL only")
FORM = "/juniper/find/"


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(clock, "_right_until", 0.0)
    make_business(slug="juniper")
    with override_settings(CHECKS_CLOCK=True):
        yield


def of_the_database() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0].astimezone(UTC)  # type: ignore[no-any-return]


def off_by(seconds: float) -> time_machine.travel:
    return time_machine.travel(of_the_database() + timedelta(seconds=seconds), tick=True)


@on_postgresql
@pytest.mark.parametrize("seconds", [-3600.0, -32.0, 32.0, 3600.0])
def test_a_wrong_clock_sells_nothing_and_says_so(client: Client, seconds: float) -> None:
    with off_by(seconds):
        refused = client.post(FORM, {"email": "carl@example.com"})
        looked = client.get(FORM)
        ready = client.get("/readyz")

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "60")
    assert "One of our clocks is wrong" in refused.content.decode()
    assert looked.status_code == 200
    assert ready.status_code == 503
    side = "ahead of" if seconds > 0 else "behind"
    assert f"{side} the database's" in ready.content.decode()
    assert not OutboxItem.objects.exists()


@on_postgresql
@pytest.mark.parametrize("seconds", [-28.0, 0.0, 28.0])
def test_half_a_minute_is_borne(client: Client, seconds: float) -> None:
    with off_by(seconds):
        assert client.post(FORM, {"email": "carl@example.com"}).status_code == 303
        assert client.get("/readyz").status_code == 200


@on_postgresql
def test_signing_in_sells_nothing(client: Client) -> None:
    with off_by(3600):
        form = {"login": "olga@juniper.example", "password": "wrong"}
        assert client.post("/own/sign-in/", form).status_code == 422


@on_postgresql
def test_the_worker_begins_nothing_with_a_wrong_clock(caplog: pytest.LogCaptureFixture) -> None:
    worker = Worker(clock=lambda: datetime.now(tz=UTC))
    with off_by(-60):
        assert worker._work_or_wait(1.0, poll=1.0) == 2.0

    assert "not working: this process's clock is 60 s behind" in caplog.text


@on_postgresql
def test_a_clock_that_was_put_right_sells_at_once(client: Client) -> None:
    with off_by(60):
        assert client.post(FORM, {"email": "carl@example.com"}).status_code == 503
    assert client.post(FORM, {"email": "carl@example.com"}).status_code == 303


def test_a_right_clock_is_asked_for_once_a_minute(client: Client) -> None:
    client.post(FORM, {"email": "carl@example.com"})

    assert 0 < clock._right_until - time.monotonic() <= clock.TRUSTED_FOR


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite only")
def test_a_file_has_no_clock_of_its_own(client: Client) -> None:
    with time_machine.travel(datetime(2030, 1, 1, tzinfo=UTC)):
        assert clock.measure_drift() == 0.0
        assert client.post(FORM, {"email": "carl@example.com"}).status_code == 303
