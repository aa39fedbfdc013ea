"""What every test shares: one clock that stands still, quick statics and passwords, and the address
of the test's database."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import override_settings
from hypothesis import HealthCheck, settings

from apps.web.limits import forget_readers
from tests.addresses import address_of
from tests.clock import NOW, day_of, read_today, standing_at

pytest_plugins = ["tests.desk_sales"]

# Playwright keeps an event loop in the test's thread; Django would take the test for async code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


# How Hypothesis works in the whole suite; a test says only how many examples it wants. Nothing
# fails by being slow, since two cores may carry anything else. CI always looks at the same ones.
# Fixtures are made once for all examples of a test, which then writes in a transaction of its own.
settings.register_profile(
    "suite",
    deadline=None,
    database=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
settings.load_profile("suite")

DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "database_url", "other_databases"}


WHERE_DATABASES_DIFFER = ("availability", "ledger", "outbox", "races", "upgrades")
"""Rooms of tests about constraints, locks, and what is seen while others write."""

BRIEF_JOURNEYS = ("test_customer_journeys.py", "test_owner_journeys.py", "test_page_weight.py")
"""Whole ways in a browser that every run of the suite goes: a booking, and the owner's answer."""

BRIEF_PAGES = ("bookings", "hostile", "web")
"""Rooms whose pages every run opens: all that a customer sees on the way to a booking."""

BRIEF_STORMS = ("test_slots.py", "test_seats.py", "test_money.py", "test_crash.py")
"""Storms that every run sends at both databases; the others at PostgreSQL, where writers meet."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what `manage.py test` runs in its first leg only: what asks no database, what drives a
    browser, and what looks at pages, for their words do not come from the database. The own file of
    every page and the walks over all pages are run on both (``both_databases``); others that answer
    the same on any database say so themselves (``once``).

    All pages but those on the way to a booking, and all journeys but the main ones are ``detail``,
    like the files that say so: they are run where their folder is named, and by CI."""
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") is None and not asked & DATABASE_FIXTURES:
            item.add_marker(pytest.mark.without_database)
        _mark_pages(item, asked)
        if _tells_databases_apart(item):
            item.add_marker(pytest.mark.differs)
        if _is_storm(item) and item.path.name not in BRIEF_STORMS:
            item.add_marker(pytest.mark.on_postgresql)
        params = getattr(getattr(item, "callspec", None), "params", {})
        if params.get("scripts") is False:
            item.add_marker(pytest.mark.long)
    _leave_out_what_stands_elsewhere(config, items)


def _mark_pages(item: pytest.Item, asked: set[str]) -> None:
    in_browser = "chromium" in asked
    looks_at_pages = bool(asked & {"client", "admin_client"})
    both = item.get_closest_marker("both_databases") is not None
    if in_browser or (looks_at_pages and not both):
        item.add_marker(pytest.mark.once)
    is_brief = (
        item.path.name in BRIEF_JOURNEYS if in_browser else both and _room(item) in BRIEF_PAGES
    )
    if (in_browser or looks_at_pages) and not is_brief:
        item.add_marker(pytest.mark.detail)


def _tells_databases_apart(item: pytest.Item) -> bool:
    """Whether a test commits for real, or stands in a room about what the databases do."""
    asked = item.get_closest_marker("django_db")
    commits = asked is not None and bool(asked.kwargs.get("transaction"))
    return commits or _room(item) in WHERE_DATABASES_DIFFER


def _is_storm(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("race") or item.get_closest_marker("crash"))


def _room(item: pytest.Item) -> str:
    return item.path.relative_to(Path(__file__).parent).parts[0]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--today",
        type=read_today,
        default=NOW,
        help="where the clock of the tests stands: a date (noon UTC), an instant, or `any`: "
        "each test on an odd day of its own",
    )


def _leave_out_what_stands_elsewhere(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where the clock was moved, whatever asks for ``at_now`` would only say the same again."""
    pinned = [item for item in items if "at_now" in getattr(item, "fixturenames", ())]
    if config.getoption("today") != NOW and pinned:
        config.hook.pytest_deselected(items=pinned)
        items[:] = [item for item in items if item not in set(pinned)]


@pytest.fixture(autouse=True)
def clock(request: pytest.FixtureRequest) -> Iterator[time_machine.Traveller | None]:
    """Stop every clock of this process, so that no test depends on the day it runs.

    A test that needs passing time (other processes, races, browsers) is marked ``real_time``;
    a test about words and dates of one day stands where its own stage stands (``at_now``).
    """
    if request.node.get_closest_marker("real_time"):
        yield None
        return
    today = day_of(request.node.nodeid, request.config.getoption("today"))
    with standing_at(today) as traveller:
        yield traveller


@pytest.fixture
def at_now() -> Iterator[datetime]:
    """Tuesday 24 November 2026, 10:42 in Berlin, standing still, wherever `--today` stands."""
    with standing_at(NOW):
        yield NOW


@pytest.fixture(scope="session", autouse=True)
def _plain_statics_and_quick_passwords() -> Iterator[None]:
    """No collected files with hashed names, and no quarter of a second per password."""
    storages = {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(STORAGES=storages, PASSWORD_HASHERS=hashers, CHECKS_CLOCK=False):
        yield


@pytest.fixture(autouse=True)
def _readers_are_counted_from_zero() -> None:
    """Their counters are in the memory of the process, which all tests share."""
    forget_readers()


@pytest.fixture
def database_url(transactional_db: None) -> str:
    """DATABASE_URL of the test's own database, for processes that a test starts."""
    return address_of(connection)
