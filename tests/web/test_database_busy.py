"""Passing trouble of the database is told apart from faults, by what real databases really say."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from psycopg import errors

from apps.availability.operations import BusyTryAgain
from apps.availability.operations.claim import saying_busy
from apps.businesses.models import Business
from apps.catalog.models import Resource
from apps.web.middleware import RefusalMiddleware
from apps.web.refusals import Trouble, apology, trouble_with
from tests.factories import make_business, make_resource

pytestmark = pytest.mark.django_db(transaction=True)
on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL only")
on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite only")


@contextmanager
def somebody_else_writes() -> Iterator[None]:
    """Another connection holds what we want; ours waits 50 ms instead of seconds."""
    make_resource(business=make_business())
    postgres = connection.vendor == "postgresql"
    setting = "SET lock_timeout = '50ms'" if postgres else "PRAGMA busy_timeout = 50"
    with closing(connection.copy()) as other, other.cursor() as theirs:
        theirs.execute("BEGIN" if postgres else "BEGIN IMMEDIATE")
        theirs.execute("UPDATE catalog_resource SET rank = 7")
        with connection.cursor() as ours:
            ours.execute(setting)
        yield
        theirs.execute("ROLLBACK")
    connection.close()


def rename() -> None:
    with transaction.atomic():
        Resource.objects.update(name="Ours")


def answer(error: Exception) -> HttpResponse | None:
    middleware = RefusalMiddleware(lambda _request: HttpResponse())
    return middleware.process_exception(RequestFactory().post("/"), error)


def failing(work: Callable[[], object]) -> DatabaseError:
    with pytest.raises(DatabaseError) as failure:
        work()
    return failure.value


def test_a_lock_that_takes_too_long_is_a_503_with_a_wait() -> None:
    with somebody_else_writes():
        error = failing(rename)

    response = answer(error)

    assert response is not None
    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
    assert "Lots of people are booking right now" in response.content.decode()


@on_postgresql
def test_a_statement_that_is_cut_off_while_it_waits_is_busy_too() -> None:
    def rename_in_time() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '50ms'")  # as a web process has 5 s
            Resource.objects.update(name="Ours")

    with somebody_else_writes():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 0")
        error = failing(rename_in_time)

    assert trouble_with(error) is Trouble.BUSY


@on_postgresql
def test_a_transaction_that_was_idle_for_too_long_is_busy_too() -> None:
    make_resource(business=make_business())

    def dawdle() -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '50ms'")
            time.sleep(0.3)
            Resource.objects.update(name="Late")

    assert trouble_with(failing(dawdle)) is Trouble.BUSY
    connection.close()


@on_postgresql
def test_a_deadlock_is_busy_too() -> None:
    """Two people change two rows in opposite orders; PostgreSQL ends one of them."""
    first, second = make_business(slug="juniper"), make_business(slug="harbor")
    both_hold_one = threading.Barrier(2)
    found: list[Trouble | None] = []

    def change(one: Business, other: Business) -> None:
        try:
            with transaction.atomic():
                Business.objects.filter(pk=one.pk).update(name="Ours")
                both_hold_one.wait(timeout=120)
                Business.objects.filter(pk=other.pk).update(name="Ours")
        except DatabaseError as error:
            found.append(trouble_with(error))
        finally:
            connection.close()

    threads = [
        threading.Thread(target=change, args=pair) for pair in ((first, second), (second, first))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [Trouble.BUSY]


@on_postgresql
def test_a_connection_that_the_server_ends_is_away() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    with closing(connection.copy()) as other, other.cursor() as operator:
        operator.execute("SELECT pg_terminate_backend(%s)", [pid])

    error = failing(lambda: list(Resource.objects.all()))
    connection.close()

    response = answer(error)
    assert trouble_with(error) is Trouble.AWAY
    assert response is not None
    assert (response.status_code, response.headers["Retry-After"]) == (503, "15")


@on_postgresql
def test_whatever_follows_a_broken_connection_in_its_transaction_is_away_too() -> None:
    seen: list[Trouble | None] = []

    def go_on() -> None:
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        try:
            Resource.objects.count()
        except DatabaseError as error:
            seen.append(trouble_with(error))
            raise

    with suppress(DatabaseError), transaction.atomic():
        go_on()
    connection.close()

    assert seen == [Trouble.AWAY]


@on_sqlite
def test_a_full_disk_is_away() -> None:
    business = make_business()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # pages that earlier tests left free would take all of it
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")

    def fill() -> None:
        for _number in range(500):
            make_resource(business=business)

    error = failing(fill)
    connection.close()

    assert trouble_with(error) is Trouble.AWAY


@on_sqlite
def test_a_file_that_cannot_be_opened_is_away(tmp_path: Path) -> None:
    elsewhere = connection.copy()
    elsewhere.settings_dict = {**connection.settings_dict, "NAME": str(tmp_path / "no/such.db")}

    assert trouble_with(failing(elsewhere.ensure_connection)) is Trouble.AWAY


@pytest.mark.once
@pytest.mark.parametrize(
    ("state", "trouble"),
    [
        *((state, Trouble.BUSY) for state in ("55P03", "57014", "40P01", "40001", "25P03")),
        *((state, Trouble.AWAY) for state in ("53300", "53100", "57P01", "57P03", "58030")),
        *((state, Trouble.AWAY) for state in ("25006", "08006")),
        *((state, None) for state in ("42P01", "23505", "22021", "42601")),
    ],
)
def test_what_postgresql_says_by_number(state: str, trouble: Trouble | None) -> None:
    error = DatabaseError("as the driver said")
    error.__cause__ = errors.lookup(state)("as the driver said")

    assert trouble_with(error) is trouble


@pytest.mark.once
def test_every_other_trouble_stays_loud() -> None:
    assert answer(OperationalError("no such table: booking")) is None
    assert answer(ValueError("database is locked")) is None
    assert apology(None) is None
    assert trouble_with(failing(lambda: connection.cursor().execute("SELECT nonsense"))) is None


@pytest.mark.once
def test_operations_say_busy_in_one_word_for_every_such_wait() -> None:
    error = DatabaseError("as the driver said")
    error.__cause__ = errors.DeadlockDetected("as the driver said")

    with pytest.raises(BusyTryAgain), saying_busy():
        raise error

    response = answer(BusyTryAgain())
    assert response is not None
    assert response.status_code == 503
