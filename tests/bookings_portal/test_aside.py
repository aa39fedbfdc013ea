"""Copies of the SQLite file: whole, of nobody else's unfinished work, and not too many."""

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bookings_portal.aside import (
    KEPT,
    CannotCopy,
    copy_aside,
    count_migrations,
    forget_old_copies,
    put_back,
)

AT = datetime(2026, 11, 24, 9, 42, 7, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A file in WAL mode whose last row lies in the log only: its writer was killed."""
    path = tmp_path / "portal.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE django_migrations (name)")
    path.chmod(0o600)
    write = (
        "import os, sqlite3, sys; connection = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "connection.execute(\"INSERT INTO django_migrations VALUES ('first')\"); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", write, path], check=True)
    assert path.with_name("portal.sqlite3-wal").stat().st_size > 0
    return path


def test_the_copy_has_the_log_in_it_and_the_date_in_its_name(database: Path) -> None:
    copy = copy_aside(database, now=AT)

    assert copy == database.with_name("portal.before-2026-11-24-094207.sqlite3")
    assert count_migrations(copy) == 1
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_what_is_put_back_is_what_was(database: Path) -> None:
    copy = copy_aside(database, now=AT)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("INSERT INTO django_migrations VALUES ('second')")
        connection.execute("CREATE TABLE later (id)")

    put_back(copy, to=database)

    assert count_migrations(database) == 1
    with closing(sqlite3.connect(database)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    assert tables == [("django_migrations",)]
    assert copy.exists()


def test_a_database_that_another_process_uses_is_left_alone(database: Path) -> None:
    """Also one that only has it open: what it writes meanwhile would be lost."""
    with closing(sqlite3.connect(database)) as other:
        other.execute("SELECT * FROM django_migrations").fetchall()
        with pytest.raises(CannotCopy) as refused:
            copy_aside(database, now=AT)

    assert str(refused.value) == (
        f"The database {database} has to be upgraded, and another process uses it (database is "
        "locked): stop it, then start again. Nothing was changed."
    )
    assert list(database.parent.glob("*before*")) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_gets_a_sentence(database: Path) -> None:
    database.parent.chmod(0o500)
    with pytest.raises(CannotCopy, match="could not be copied aside"):
        copy_aside(database, now=AT)


def test_a_copy_that_is_there_already_is_not_written_over(database: Path) -> None:
    first = copy_aside(database, now=AT)
    first.write_text("precious")

    second = copy_aside(database, now=AT)

    assert second.name == "portal.before-2026-11-24-094207-2.sqlite3"
    assert (first.read_text(), count_migrations(second)) == ("precious", 1)


def test_a_copy_that_is_spoilt_is_not_put_back_silently(database: Path) -> None:
    copy = copy_aside(database, now=AT)
    copy.write_text("no database")

    with pytest.raises(CannotCopy, match=f"copy {copy} over {database}"):
        put_back(copy, to=database)


def test_the_last_few_copies_are_kept(database: Path) -> None:
    made = [copy_aside(database, now=AT + timedelta(days=day)) for day in range(KEPT + 2)]
    other = database.with_name("other.before-2020-01-01-000000.sqlite3")
    other.touch()

    forget_old_copies(database)

    assert [path for path in made if path.exists()] == made[-KEPT:]
    assert other.exists()


def test_a_file_without_tables_has_nothing_to_lose(tmp_path: Path) -> None:
    assert count_migrations(tmp_path / "none.sqlite3") is None
    (tmp_path / "empty.sqlite3").touch()
    assert count_migrations(tmp_path / "empty.sqlite3") is None
