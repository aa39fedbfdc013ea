"""The database is away or full of connections: 503 with a wait on every page, never a 500.

Real processes with the settings of a web process; nothing is imitated.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bookings_portal.throwaway_postgres import NoPostgres, find_binaries, throwaway_postgres

VISIT = """
import json, re, sys, time
import django
from django.test import Client, override_settings
django.setup()
STATICS = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STORAGES = {"default": STATICS, "staticfiles": STATICS}
HEADING = re.compile("<h1[^>]*>(.*?)</h1>|$", re.DOTALL)
answers = {}
with override_settings(STORAGES=STORAGES):
    visitor = Client(raise_request_exception=False, headers={"Host": "localhost"})
    visitor.cookies["session"] = "someones-session-of-yesterday"
    for method, path in json.loads(sys.argv[1]):
        started = time.monotonic()
        answer = getattr(visitor, method)(path)
        answers[f"{method} {path}"] = {
            "status": answer.status_code,
            "wait": answer.headers.get("Retry-After"),
            "heading": HEADING.search(answer.content.decode())[1] or "",
            "seconds": time.monotonic() - started,
        }
print(json.dumps(answers))
"""
PAGES = [
    ("get", "/juniper/"),
    ("get", "/juniper/s/cut/times"),
    ("post", "/juniper/hold"),
    ("get", "/m/a-token"),
    ("get", "/manage/ABCD2345/"),
    ("get", "/own/"),
    ("get", "/own/juniper/"),
    ("get", "/own/sign-in/"),
    ("post", "/own/sign-in/"),
    ("get", "/own/sign-in/forgotten/"),
    ("get", "/operator/"),
    ("get", "/sitemap.xml"),
]
UNBEARABLE = 20  # seconds; a connection is waited for no longer than 5
CALM = {"status": 503, "wait": "15", "heading": "We’ll be back in a moment"}


def visit(tmp_path: Path, database: str, pages: list[tuple[str, str]]) -> dict[str, Any]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "bookings_portal.settings",
        "PORTAL_PROCESS": "web",
        "DATABASE_URL": database,
        "DATA_DIR": str(tmp_path),
        "LOG_LEVEL": "ERROR",
    }
    done = subprocess.run(
        [sys.executable, "-c", VISIT, json.dumps(pages)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def short(answers: dict[str, Any]) -> dict[str, Any]:
    """Without the seconds, and without the pages that need no database to answer."""
    needs_none = ("get /own/sign-in/", "get /own/sign-in/forgotten/")
    return {
        page: {name: facts[name] for name in CALM}
        for page, facts in answers.items()
        if not (page in needs_none and facts["status"] == 200)
    }


@pytest.mark.parametrize(
    "database",
    ["postgresql:///portal?host=/nowhere/at/all", "sqlite:////nowhere/at/all/portal.sqlite3"],
)
@pytest.mark.long
def test_nobody_answers_at_the_database(tmp_path: Path, database: str) -> None:
    probes = [("get", "/healthz"), ("get", "/readyz")]
    answers = visit(tmp_path, database, PAGES + probes)

    assert [answers.pop(f"get {path}")["status"] for _get, path in probes] == [200, 503]
    found = short(answers)
    assert found == dict.fromkeys(found, CALM)
    assert len(found) >= len(PAGES) - 2
    assert max(facts["seconds"] for facts in answers.values()) < UNBEARABLE


@pytest.fixture(scope="module")
def full_server() -> Iterator[str]:
    """A PostgreSQL server whose few connections are all taken by others."""
    if find_binaries() is None:
        pytest.skip("no PostgreSQL server binaries")
    try:
        with throwaway_postgres(max_connections="5", superuser_reserved_connections="0") as url:
            folder = url.partition("host=")[2]
            with ExitStack() as others:
                for _number in range(5):
                    theirs = psycopg.connect(host=folder, user="portal", dbname="postgres")
                    others.enter_context(theirs)
                yield url
    except NoPostgres as reason:
        pytest.skip(str(reason))


@pytest.mark.long
def test_the_database_is_full_of_connections(tmp_path: Path, full_server: str) -> None:
    found = short(visit(tmp_path, full_server, PAGES))

    assert found == dict.fromkeys(found, CALM)
    assert len(found) >= len(PAGES) - 2
