"""A copy of the SQLite file before it is migrated, and the way back. Standard library only.

SQLite's own backup is used both ways: it takes along what still lies in the write-ahead log, and it
fills the file that is there instead of replacing it, so that owner, mode and links stay.
"""

import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

KEPT = 5
PATIENCE = 20.0
"""Seconds to wait for somebody who writes."""
TABLE = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'django_migrations'"


class CannotCopy(Exception):
    """The file cannot be read or copied, and nothing was changed; the text is one sentence."""


def count_migrations(path: Path) -> int | None:
    """Count the migrations that this file knows, or None where there are no tables yet.

    Raises:
        CannotCopy: it cannot be read, so that nobody knows what there is to lose.
    """
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(path, timeout=PATIENCE)) as database:
            if not database.execute(TABLE).fetchone():
                return None
            return int(database.execute("SELECT count(*) FROM django_migrations").fetchone()[0])
    except sqlite3.Error as error:
        raise CannotCopy(
            f"The database {path} cannot be read ({error}). Nothing was changed."
        ) from error


def copy_aside(path: Path, *, now: datetime) -> Path:
    """Copy the database to a file beside it that has the date in its name.

    Raises:
        CannotCopy: the disk is full, or somebody else has the database open: what they wrote while
            it is migrated would be lost if the copy had to be put back.
    """
    _require_alone(path)
    try:
        copy = _create(path, now=now)
        _copy(path, to=copy)
    except (OSError, sqlite3.Error) as error:
        raise CannotCopy(
            f"The database {path} could not be copied aside before it is upgraded ({error}). "
            "Nothing was changed."
        ) from error
    return copy


def put_back(copy: Path, *, to: Path) -> None:
    """Fill the database with the copy again; the copy stays.

    Raises:
        CannotCopy: it did not work; the text says what to do by hand.
    """
    try:
        _copy(copy, to=to)
    except (OSError, sqlite3.Error) as error:
        raise CannotCopy(
            f"The database could not be put back by itself ({error}): stop everything that uses "
            f"it, delete {to.name}-wal and {to.name}-shm, and copy {copy} over {to}."
        ) from error


def forget_old_copies(path: Path) -> None:
    """Delete all copies of this database but the last few."""
    for copy in sorted(path.parent.glob(f"{path.stem}.before-*{path.suffix}"))[:-KEPT]:
        copy.unlink()


def _create(path: Path, *, now: datetime) -> Path:
    """An empty file that nobody else may read where nobody else may read the database."""
    for more in ("", *(f"-{number}" for number in range(2, 100))):
        copy = path.with_name(f"{path.stem}.before-{now:%Y-%m-%d-%H%M%S}{more}{path.suffix}")
        try:
            mode = path.stat().st_mode & 0o777
            os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
        except FileExistsError:
            continue
        return copy
    raise FileExistsError(f"{copy} is there already")


def _copy(path: Path, *, to: Path) -> None:
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


def _require_alone(path: Path) -> None:
    """Whoever has the file open keeps a shared lock on it, also between transactions."""
    try:
        with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as database:
            database.execute("PRAGMA locking_mode = EXCLUSIVE")
            database.execute("BEGIN EXCLUSIVE")
            database.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise CannotCopy(
            f"The database {path} has to be upgraded, and another process uses it ({error}): stop "
            "it, then start again. Nothing was changed."
        ) from error
