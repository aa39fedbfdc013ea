"""What `up` does with the database before it serves: with a project of one file, for speed.

`tests/upgrades/test_up.py` does the same with the portal itself.
"""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bookings_portal import aside, prepare
from bookings_portal.aside import count_migrations

MANAGE = """
import os, signal, sqlite3, sys
database = sqlite3.connect(os.environ["DATA_DIR"] + "/portal.sqlite3", isolation_level=None)
database.execute("CREATE TABLE IF NOT EXISTS django_migrations (name)")
done = database.execute("SELECT count(*) FROM django_migrations").fetchone()[0]
if "--check" in sys.argv:
    sys.exit(done < 4)
for number in range(done, 4):
    if number == 3 and os.environ["FATE"] == "fails":
        sys.exit("ValueError: the last one fails")
    if number == 3 and os.environ["FATE"] == "is interrupted":
        os.kill(os.getppid(), signal.SIGINT)
        signal.pause()
    if number == 3 and os.environ["FATE"] == "is killed":
        os.kill(os.getppid(), signal.SIGKILL)
        sys.exit("killed as well")
    database.execute("INSERT INTO django_migrations VALUES ('another')")
"""
"""There are four migrations; the last may fail, or the machine may die before it."""

BEGIN = """
import signal
import sys
from pathlib import Path
from bookings_portal import prepare
signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell puts behind ignores it
prepare.prepare(base=Path(sys.argv[1]), python=sys.executable, environment=prepare.os.environ)
"""

Begin = Callable[[str], None]


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An SQLite file that has had one migration."""
    path = tmp_path / "data/portal.sqlite3"
    path.parent.mkdir()
    for name, value in {"DATA_DIR": str(path.parent), "DEMO": "0", "DEBUG": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE django_migrations (name)")
        connection.execute("INSERT INTO django_migrations VALUES ('first')")
    return path


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "manage.py").write_text(MANAGE)
    (folder / "requirements.txt").touch()
    return folder


@pytest.fixture
def begin(base: Path) -> Begin:
    def begin(fate: str) -> None:
        environment = {**os.environ, "FATE": fate}
        prepare.prepare(base=base, python=sys.executable, environment=environment)

    return begin


def copies(database: Path) -> list[Path]:
    return sorted(database.parent.glob("portal.before-*.sqlite3"))


def test_a_new_file_is_filled_and_there_is_nothing_to_copy(database: Path, begin: Begin) -> None:
    database.unlink()

    begin("goes well")

    assert (count_migrations(database), copies(database)) == (4, [])


def test_what_fails_is_undone_and_named(database: Path, begin: Begin) -> None:
    with pytest.raises(prepare.NotPrepared) as failed:
        begin("fails")

    (copy,) = copies(database)
    assert (count_migrations(database), count_migrations(copy)) == (1, 1)
    assert str(failed.value) == (
        "`manage.py migrate` failed: ValueError: the last one fails\n"
        "The upgrade failed. The database is again as it was before, and the copy "
        f"{copy} stays: start the version you had, and report the line above."
    )


def test_whoever_was_killed_halfway_keeps_the_way_back(
    database: Path, base: Path, begin: Begin
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", BEGIN, base],
        env={**os.environ, "FATE": "is killed"},
        cwd=Path(prepare.__file__).parents[1],
        check=False,
    )
    assert (killed.returncode, count_migrations(database)) == (-signal.SIGKILL, 3)

    with pytest.raises(prepare.NotPrepared):
        begin("fails")

    assert count_migrations(database) == 1  # not the half of before
    assert [count_migrations(copy) for copy in copies(database)] == [1]
    begin("goes well")
    assert count_migrations(database) == 4


def test_ctrl_c_in_the_middle_is_undone_as_well(database: Path, base: Path) -> None:
    """Whoever thinks better of it starts the version they had."""
    interrupted = subprocess.run(
        [sys.executable, "-c", BEGIN, base],
        env={**os.environ, "FATE": "is interrupted"},
        cwd=Path(prepare.__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )

    (copy,) = copies(database)
    assert (interrupted.returncode, count_migrations(database)) == (-signal.SIGINT, 1)
    assert f"The database is again as it was before, and the copy {copy} stays" in (
        interrupted.stdout
    )


@pytest.mark.parametrize("why", ["database is locked", "file is not a database"])
def test_a_database_that_cannot_be_read_is_not_taken_for_a_new_one(
    database: Path, begin: Begin, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    """Without a look into it nobody knows whether there is something to lose."""
    monkeypatch.setattr(aside, "PATIENCE", 0.1)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        if why == "database is locked":
            other.execute("BEGIN EXCLUSIVE")
        else:
            database.write_text("no database, but somebody's only copy of something" * 30)
        with pytest.raises(prepare.NotPrepared, match=f"cannot be read .{why}"):
            begin("goes well")


def test_a_copy_that_was_put_back_by_hand_is_upgraded_again(database: Path, begin: Begin) -> None:
    begin("goes well")
    (copy,) = copies(database)
    database.write_bytes(copy.read_bytes())

    begin("goes well")

    assert (count_migrations(database), len(copies(database))) == (4, 2)


def test_a_database_in_use_is_left_alone(database: Path, begin: Begin) -> None:
    with closing(sqlite3.connect(database)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("SELECT * FROM django_migrations").fetchall()
        with pytest.raises(prepare.NotPrepared, match="another process uses it"):
            begin("goes well")

    assert count_migrations(database) == 1
