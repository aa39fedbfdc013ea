"""Pages that are only read write nothing: a full disk or a held write lock does not stop them."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.businesses.models import Business
from apps.catalog.models import Service
from apps.web.models import RateCounter
from tests.factories import NOW, make_salon
from tests.factories.prepaid import make_plan
from tests.factories.studio import make_run, make_session, make_studio
from tests.pages import hold

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
WRITES = ("INSERT", "UPDATE", "DELETE", "BEGIN", "LOCK", "SAVEPOINT", "REPLACE")


@pytest.fixture
def pages(transactional_db: None, at_now: Any) -> list[str]:
    """Every public page of a salon and of a studio that somebody can look at before they book."""
    salon, studio = make_salon(slug="juniper"), make_studio()
    Business.objects.update(sells_gift_cards=True)
    flow = make_session(studio, starts_at=studio.at(25, 18))
    make_run(studio, first=studio.at(30, 18))
    plan = make_plan(services=[studio.flow])
    cut = f"/juniper/s/{salon.cut.slug}/"
    return [
        "/juniper/",
        cut,
        f"{cut}times",
        f"{cut}times?date=2026-11-27",
        f"{cut}zone",
        "/juniper/find/",
        "/juniper/find/sent/",
        "/juniper/privacy/",
        "/juniper/gift-card/",
        "/harbor/",
        f"/harbor/s/{studio.flow.slug}/",
        "/harbor/classes/",
        f"/harbor/classes/{flow.pk}/",
        f"/harbor/classes/{flow.pk}/wait",  # 303 to the class, which has places left
        f"/harbor/courses/{studio.course.slug}/",
        "/harbor/plans/",
        "/harbor/plans/find",
        f"/harbor/plans/{plan.slug}/",
        "/sitemap.xml",
        "/robots.txt",
        "/",
    ]


@pytest.fixture
def carl(pages: list[str]) -> Client:
    """A visitor with a session, who holds a time."""
    client = Client()
    cut = Service.objects.get(business__slug="juniper", slug="cut")
    hold(client, cut, datetime(2026, 11, 26, 10, tzinfo=cut.business.zone))
    return client


@contextmanager
def nobody_may_write() -> Iterator[None]:
    """Somebody holds the write lock, or on PostgreSQL every table, as long as the block lasts."""
    tables = ", ".join(connection.introspection.table_names())
    postgres = connection.vendor == "postgresql"
    with closing(connection.copy()) as other, other.cursor() as theirs:
        theirs.execute("BEGIN" if postgres else "BEGIN IMMEDIATE")
        theirs.execute(
            f"LOCK TABLE {tables} IN EXCLUSIVE MODE"
            if postgres
            else "UPDATE businesses_business SET name = name"
        )
        with connection.cursor() as ours:
            ours.execute("SET lock_timeout = '50ms'" if postgres else "PRAGMA busy_timeout = 50")
        yield
        theirs.execute("ROLLBACK")
    connection.close()


def statuses(client: Client, pages: list[str]) -> dict[str, int]:
    return {page: client.get(page).status_code for page in pages}


@pytest.mark.parametrize("who", ["stranger", "carl"])
def test_no_page_sends_anything_but_questions(
    pages: list[str], request: pytest.FixtureRequest, who: str
) -> None:
    """Seen to fail: each look at the times and at the classes added to a counter's row."""
    visitor = request.getfixturevalue("carl") if who == "carl" else Client()
    wrote = {}
    for page in pages:
        with CaptureQueriesContext(connection) as queries:
            visitor.get(page)
        sent = [query["sql"] for query in queries if query["sql"].lstrip().startswith(WRITES)]
        if sent:
            wrote[page] = sent

    assert wrote == {}


@pytest.mark.parametrize("who", ["stranger", "carl"])
def test_a_held_write_lock_stops_no_reader(
    pages: list[str], request: pytest.FixtureRequest, who: str
) -> None:
    visitor = request.getfixturevalue("carl") if who == "carl" else Client()
    usual = statuses(visitor, pages)
    with nobody_may_write():
        meanwhile = statuses(visitor, pages)

    assert meanwhile == usual
    assert set(usual.values()) == {200, 302, 303}  # the page of a class leads to its week


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="imitated by a pragma of SQLite")
@pytest.mark.long
def test_a_full_disk_stops_no_reader(pages: list[str], carl: Client) -> None:
    usual = statuses(carl, pages)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
    rows = [RateCounter(key_hash=f"{n:064}", window_started_at=NOW) for n in range(10_000)]
    with pytest.raises(OperationalError, match="full"):
        RateCounter.objects.bulk_create(rows)
    for row in rows[:200]:  # what still fits into the pages that are there
        with suppress(OperationalError):
            row.save()

    meanwhile = statuses(carl, pages)
    connection.close()

    assert meanwhile == usual


@pytest.mark.long
def test_readers_are_still_limited(pages: list[str], at_now: datetime) -> None:
    """120 looks in a minute, counted without the database."""
    visitor = Client()
    codes = [visitor.get("/juniper/s/cut/times").status_code for _time in range(122)]

    assert codes[-3:] == [200, 429, 429]
    assert not RateCounter.objects.exists()
