from pathlib import Path

import pytest

from bookings_portal.databases import Process, parse_database_url
from bookings_portal.env import BadSetting

BASE = Path("/portal")
COMMAND = Process()
WEB = Process(is_web=True)


def parse(url: str, process: Process = COMMAND) -> dict[str, object]:
    return parse_database_url(url, base=BASE, process=process)


def test_three_slashes_are_relative_to_the_project_and_four_are_absolute() -> None:
    assert parse("sqlite:///shop.sqlite3")["NAME"] == "/portal/shop.sqlite3"
    assert parse("sqlite:////srv/shop.sqlite3")["NAME"] == "/srv/shop.sqlite3"


def test_sqlite_waits_for_the_writer_instead_of_failing() -> None:
    assert parse("sqlite:///shop.sqlite3")["OPTIONS"] == {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
        "PRAGMA foreign_keys=ON;PRAGMA busy_timeout=20000;",
    }


def test_every_part_of_a_postgresql_address_is_read_and_decoded() -> None:
    entry = parse("postgresql://ol%40ga:p%2Fw@db.example:5433/sal%C3%B3n?sslmode=require")

    assert {name: entry[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")} == {
        "USER": "ol@ga",
        "PASSWORD": "p/w",
        "HOST": "db.example",
        "PORT": "5433",
        "NAME": "salón",
    }
    assert entry["OPTIONS"]["sslmode"] == "require"  # type: ignore[index]


@pytest.mark.parametrize(
    "url",
    [
        "postgres://portal@/shop?host=/run/pg&port=5433",
        "postgresql://portal@%2Frun%2Fpg:5433/shop",
    ],
)
def test_a_socket_folder_may_be_the_host(url: str) -> None:
    entry = parse(url)

    assert (entry["HOST"], entry["PORT"], entry["USER"]) == ("/run/pg", "5433", "portal")


def test_web_processes_are_cut_off_and_commands_are_not() -> None:
    address = "postgresql:///shop"

    assert parse(address, WEB)["ENGINE"] == "django.db.backends.postgresql"
    assert parse(address)["ENGINE"] == "bookings_portal.patient_postgresql"


@pytest.mark.parametrize("process", [WEB, COMMAND])
def test_no_connection_asks_for_settings_at_its_start(process: Process) -> None:
    """PgBouncer refuses or drops them: they belong to the role (tests/races/test_pooler.py)."""
    assert parse("postgresql:///shop", process)["OPTIONS"] == {"connect_timeout": 5}


def test_what_older_versions_needed_for_a_pooler_may_still_stand_there() -> None:
    with_it, without = "postgresql:///shop?prepare_threshold=0", "postgresql:///shop"

    assert parse(with_it) == parse(without)


def test_a_pool_replaces_persistent_connections() -> None:
    entry = parse("postgresql:///shop", Process(is_web=True, pool_size=8))

    assert entry["CONN_MAX_AGE"] == 0
    assert entry["OPTIONS"]["pool"] == {  # type: ignore[index]
        "min_size": 1,
        "max_size": 8,
        "timeout": 5,
    }


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://localhost/shop", "DATABASE_URL starts with 'mysql', which is unknown: "),
        ("shop.sqlite3", "DATABASE_URL starts with 'nothing', which is unknown: "),
        ("postgresql://db.example", "DATABASE_URL names no database: "),
        ("postgresql://db.example:port/shop", "DATABASE_URL cannot be read ("),
        ("postgresql:///shop?cheese=1", "DATABASE_URL has the unknown option 'cheese': "),
        ("sqlite://shop.sqlite3", "DATABASE_URL for SQLite must be sqlite:///relative/file"),
        ("sqlite:///:memory:", "DATABASE_URL for SQLite must be sqlite:///relative/file"),
    ],
)
def test_a_wrong_address_gets_one_sentence(url: str, sentence: str) -> None:
    with pytest.raises(BadSetting) as refusal:
        parse(url)

    assert str(refusal.value)[: len(sentence)] == sentence
    assert "\n" not in str(refusal.value)
