"""Databases besides the one of the tests: a fresh one, or a landed state unpacked.

Migrations of ours speak to "default" as the portal does, so each takes that name in its turn.
"""

import lzma
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from os import getpid
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler
from psycopg import sql

STATES = Path(__file__).parent / "states"
VENDOR = {"sqlite": "sqlite3", "postgresql": "sql"}
_numbers = count(1)


def landed() -> list[str]:
    """Names of the states, the oldest first: day and commit."""
    return sorted(path.name.removesuffix(".sqlite3.xz") for path in STATES.glob("*.sqlite3.xz"))


def unpack(state: str, kind: str) -> bytes:
    """The SQLite file ("sqlite3") or the PostgreSQL dump ("sql") of a landed state."""
    return lzma.decompress((STATES / f"{state}.{kind}.xz").read_bytes())


@contextmanager
def database_of(state: str, *, folder: Path) -> Iterator[BaseDatabaseWrapper]:
    """Open a database of its own with everything of a landed state, or nothing of none ("")."""
    vendor = connections["default"].vendor
    content = unpack(state, VENDOR[vendor]) if state else b""
    make = _sqlite if vendor == "sqlite" else _postgresql
    with make(content, folder=folder) as name:
        entry = {**settings.DATABASES["default"], "NAME": name}
        database = ConnectionHandler({"default": entry})["default"]
        try:
            yield database
        finally:
            database.close()


@contextmanager
def as_default(database: BaseDatabaseWrapper) -> Iterator[None]:
    """Let everything that asks the default database ask this one."""
    before = connections["default"]
    connections["default"] = database
    try:
        yield
    finally:
        connections["default"] = before


@contextmanager
def _sqlite(content: bytes, *, folder: Path) -> Iterator[str]:
    path = folder / f"{next(_numbers)}.sqlite3"
    path.write_bytes(content)
    yield str(path)


@contextmanager
def _postgresql(content: bytes, *, folder: Path) -> Iterator[str]:
    name = f"portal_upgrade_{getpid()}_{next(_numbers)}"
    facts = settings.DATABASES["default"]
    server = {
        "host": facts["HOST"],
        "port": facts["PORT"],
        "user": facts["USER"],
        "password": facts["PASSWORD"],
    }
    with psycopg.connect(**server, dbname="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            with psycopg.connect(**server, dbname=name) as fresh:
                fresh.execute(content)
            yield name
        finally:
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
