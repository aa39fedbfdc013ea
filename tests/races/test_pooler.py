"""PgBouncer in transaction mode between the portal and PostgreSQL: a few connections for everybody,
each handed on after every transaction. Bookings, a storm and the limits of waiting are the same."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest

from apps.availability.engine.zones import link_time
from benchmarks.browser import Browser
from benchmarks.server import served
from bookings_portal.throwaway_postgres import find_binaries, throwaway_postgres
from tests.pooler import find_pgbouncer, pooled
from tests.ports import free_port

pytestmark = [
    pytest.mark.real_time,
    pytest.mark.race,
    pytest.mark.long,
    pytest.mark.skipif(not find_binaries(), reason="no PostgreSQL server binaries"),
    pytest.mark.skipif(not find_pgbouncer(), reason="no pgbouncer on this machine"),
]

ROOT = Path(__file__).resolve().parents[2]
BERLIN = ZoneInfo("Europe/Berlin")
CLIENTS = 20
STAGE = """
import json, django
django.setup()
from django.conf import settings
from django.test import Client
from tests.factories import make_salon
salon, olga = make_salon(slug="juniper"), Client()
olga.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
session = olga.cookies[settings.SESSION_COOKIE_NAME].value
print(json.dumps({"ana": salon.ana.resource_id, "olga": session}))
"""
LIMITS = """
import json, django
django.setup()
from django.db import connection, transaction
def ask():
    with connection.cursor() as cursor:
        found = []
        for name in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute(f"SHOW {name}")
            found.append(cursor.fetchone()[0])
        return found
with transaction.atomic():
    inside = ask()
print(json.dumps([inside, ask()]))
"""
WAITS = """
import json, time, django
django.setup()
from django.db import DatabaseError, connection, transaction
def waits(statement):
    began = time.monotonic()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return [error.__cause__.sqlstate, time.monotonic() - began]
print(json.dumps([waits("LOCK TABLE catalog_resource"), waits("SELECT pg_sleep(30)")]))
"""
SLEPT = 30
LOCK_NOT_AVAILABLE, QUERY_CANCELED = "55P03", "57014"
OF_WEB, OF_COMMANDS = ["3s", "5s", "5s"], ["3s", "0", "0"]


@dataclass(frozen=True)
class Shop:
    """A salon in a database of its own role, by both ways, and who works in it."""

    folder: Path
    direct: str
    pooled: str
    ana: int
    olga: str

    def environment(self, url: str, *, is_web: bool = False) -> dict[str, str]:
        return environment(self.folder, url, is_web=is_web)

    def run(self, url: str, *words: str, is_web: bool = False) -> str:
        return run(self.environment(url, is_web=is_web), *words)


def environment(folder: Path, url: str, *, is_web: bool = False) -> dict[str, str]:
    return {
        **{name: text for name, text in os.environ.items() if name != "PORTAL_PROCESS"},
        **({"PORTAL_PROCESS": "web"} if is_web else {}),
        "DATABASE_URL": url,
        "DATA_DIR": str(folder),
        "DEBUG": "1",
        "DEMO": "0",
        "DJANGO_SETTINGS_MODULE": "bookings_portal.settings",
        "LOG_LEVEL": "ERROR",
        "RATE_LIMIT_SCALE": "1000",
    }


def run(around: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=around,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def as_owner(url: str) -> psycopg.Connection[tuple[object, ...]]:
    folder = url.partition("host=")[2]
    return psycopg.connect(host=folder, user="portal", dbname="shop", autocommit=True)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    with throwaway_postgres() as url:
        socket = url.partition("host=")[2]
        with psycopg.connect(host=socket, user="portal", dbname="postgres", autocommit=True) as db:
            db.execute("CREATE ROLE shop LOGIN")  # as a provider gives it: no superuser
            db.execute("CREATE DATABASE shop OWNER shop")
        direct = f"postgresql://shop@/shop?host={socket}"
        around = environment(folder, direct)
        run(around, "manage.py", "migrate", "--verbosity", "0")
        told = json.loads(run(around, "-c", STAGE))
        with pooled(direct) as through:
            yield Shop(folder, direct, through, **told)


@pytest.fixture(params=["direct", "pooled"])
def way(request: pytest.FixtureRequest, shop: Shop) -> str:
    return str(getattr(shop, request.param))


@pytest.fixture
def port(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Web processes that reach their database through the pooler only."""
    number = free_port()
    for name, text in shop.environment(shop.pooled).items():
        monkeypatch.setenv(name, text)
    monkeypatch.setenv("PORTAL_ORIGIN", f"http://127.0.0.1:{number}")
    with served(number):
        yield number


def test_a_web_process_is_cut_off_in_time_and_a_command_has_all_day_in_its_transactions(
    shop: Shop, way: str
) -> None:
    of_web = json.loads(shop.run(way, "-c", LIMITS, is_web=True))
    of_command = json.loads(shop.run(way, "-c", LIMITS))

    assert of_web == [OF_WEB, OF_WEB]
    assert of_command == [OF_COMMANDS, OF_WEB]
    # Nothing of the command is left behind for whoever gets its connection next.
    assert json.loads(shop.run(way, "-c", LIMITS, is_web=True)) == [OF_WEB, OF_WEB]


def test_a_lock_is_waited_for_three_seconds_and_a_statement_five(shop: Shop, way: str) -> None:
    with as_owner(shop.direct) as somebody, somebody.transaction():
        somebody.execute("LOCK TABLE catalog_resource IN ACCESS SHARE MODE")
        lock, statement = json.loads(shop.run(way, "-c", WAITS, is_web=True))

    assert (lock[0], statement[0]) == (LOCK_NOT_AVAILABLE, QUERY_CANCELED)
    assert lock[1] > 2.9
    assert 4.9 < statement[1] < SLEPT


def slot_of(shop: Shop, *, days: int) -> dict[str, str]:
    on = datetime.now(BERLIN).date() + timedelta(days=days)
    ten = datetime.combine(on, datetime.min.time(), BERLIN).replace(hour=10)
    return {"service": "cut", "slot": f"{link_time(BERLIN, int(ten.timestamp()))};{shop.ana};"}


def book(carl: Browser, shop: Shop) -> str:
    """Hold, details, booked; the reference of the booking."""
    carl.get("/juniper/s/cut/times")
    held = carl.post("/juniper/hold", slot_of(shop, days=2))
    page = carl.get(held.location)
    time.sleep(2.1)  # nobody types faster (apps.web.signed)
    typed = {"name": "Carl Vogt", "email": "carl@example.com"}
    booked = carl.post(held.location, {**page.hidden, **typed})
    assert (held.status, page.status, booked.status) == (303, 200, 303)
    assert "<title>Booked" in carl.get(booked.location).text
    return booked.location.strip("/").rpartition("/")[2]


def cancel(olga: Browser, shop: Shop, reference: str) -> int:
    olga.cookies["session"] = shop.olga
    path = f"/own/juniper/bookings/{reference}/"
    revision = olga.get(path).hidden["revision"]
    return olga.post(f"{path}cancel/", {"revision": revision, "reason": "Ana is ill"}).status


def test_a_booking_is_held_made_told_of_and_cancelled_through_a_pooler(
    shop: Shop, port: int
) -> None:
    with closing(Browser(port)) as carl, closing(Browser(port)) as olga:
        ready = carl.get("/readyz")
        reference = book(carl, shop)
        canceled = cancel(olga, shop, reference)

    assert (ready.status, ready.text, canceled) == (200, "ready\n", 303)
    with as_owner(shop.direct) as db:
        found = db.execute("SELECT status FROM bookings_booking WHERE reference = %s", [reference])
        assert found.fetchone() == ("CANCELED",)
    shop.run(shop.pooled, "manage.py", "worker", "--drain")
    assert shop.run(shop.pooled, "manage.py", "check_ledger") == "The ledger is clean.\n"


def test_one_of_many_taps_on_one_time_wins_through_a_pooler(shop: Shop, port: int) -> None:
    browsers = [Browser(port) for _ in range(CLIENTS)]
    for browser in browsers:
        browser.get("/juniper/s/cut/times")

    for days in range(3, 8):
        answers = all_at_once(browsers, slot_of(shop, days=days))
        assert Counter(answers) == {303: 1, 409: CLIENTS - 1}
        for browser in browsers:
            browser.forget_visit()

    for browser in browsers:
        browser.close()
    assert shop.run(shop.pooled, "manage.py", "check_ledger") == "The ledger is clean.\n"


def all_at_once(browsers: list[Browser], slot: dict[str, str]) -> list[int]:
    def tap(browser: Browser) -> int:
        return browser.post("/juniper/hold", slot).status

    with ThreadPoolExecutor(max_workers=len(browsers)) as pool:
        return list(pool.map(tap, browsers))


def test_a_request_that_waits_for_a_lock_apologises_after_three_seconds(
    shop: Shop, port: int
) -> None:
    with (
        closing(Browser(port)) as sam,
        as_owner(shop.direct) as somebody,
        somebody.transaction(),
    ):
        somebody.execute("LOCK TABLE businesses_business IN ACCESS EXCLUSIVE MODE")
        began = time.monotonic()
        answer = sam.get("/juniper/")
        waited = time.monotonic() - began

    assert answer.status == 503
    assert "Lots of people are booking right now" in answer.text
    assert 2.9 < waited < 5
