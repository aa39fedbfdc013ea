"""The way of composed statements to the database and back."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from django.db import NotSupportedError
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import RawCursor
from psycopg.types.datetime import TimestamptzLoader
from psycopg.types.numeric import Int8Dumper

POSTGRESQL = "postgresql"


class _Prepared(NamedTuple):
    cursor: RawCursor[Any]
    text: bytes


_kept: "WeakKeyDictionary[BaseDatabaseWrapper, dict[str, _Prepared]]" = WeakKeyDictionary()
"""The prepared statements of each connection, and so of each thread."""


class Part(NamedTuple):
    """A composed statement with its values: one of several that are written together."""

    statement: str
    values: list[Any]
    answers: bool


class Outcome(NamedTuple):
    """How many rows a statement found or wrote, and those it answered."""

    touched: int
    rows: list[Any]


def read(
    statement: str, values: Sequence[Any], *, link: BaseDatabaseWrapper, prepares: bool
) -> list[Any]:
    """Return the rows of a statement that does not change.

    With prepares PostgreSQL keeps it, and after a few times its plan: for what finds its rows by a
    key, whatever the values. Not where ``prepare_threshold`` of the connection is None.
    """
    return _run(statement, values, link=link, prepares=prepares, answers=True).rows


def write(parts: Sequence[Part], *, link: BaseDatabaseWrapper) -> Outcome:
    """Send parts of which none reads what another wrote; return the outcome of the last.

    PostgreSQL gets one statement, other databases one after the other.
    """
    if link.vendor == POSTGRESQL and len(parts) > 1:
        values = [value for part in parts for value in part.values]
        parts = [Part(_as_one(tuple(it.statement for it in parts)), values, parts[-1].answers)]
    outcome = Outcome(0, [])
    for statement, values, answers in parts:
        outcome = _run(statement, values, link=link, prepares=True, answers=answers)
    return outcome


@lru_cache(maxsize=256)
def _as_one(statements: tuple[str, ...]) -> str:
    *others, last = statements
    named = ", ".join(f"part{place} AS ({it})" for place, it in enumerate(others))
    return f"WITH {named} {last}"


def _run(
    statement: str,
    values: Sequence[Any],
    *,
    link: BaseDatabaseWrapper,
    prepares: bool,
    answers: bool,
) -> Outcome:
    watched = link.queries_logged or link.execute_wrappers
    if link.vendor == POSTGRESQL and prepares and not watched:
        return _run_prepared(statement, values, link=link, answers=answers)
    with link.cursor() as cursor:  # whoever watches sees values in place, as Django shows them
        cursor.execute(statement, values)
        return Outcome(cursor.rowcount, cursor.fetchall() if answers else [])


def _run_prepared(
    statement: str, values: Sequence[Any], *, link: BaseDatabaseWrapper, answers: bool
) -> Outcome:
    """What Django's own cursor does, without making one: that took as long as the round trip."""
    link.close_if_health_check_failed()
    if link.connection is None:
        link.ensure_connection()
    link.validate_thread_sharing()
    link.validate_no_broken_transaction()
    try:
        with link.wrap_database_errors:
            cursor, text = _prepared(statement, link=link)
            cursor.execute(text, values, prepare=True)
            return Outcome(cursor.rowcount, cursor.fetchall() if answers else [])
    except NotSupportedError:
        if link.in_atomic_block:  # the rollback makes the driver forget all plans
            raise
        return _run_anew(statement, values, link=link, answers=answers)


def _run_anew(
    statement: str, values: Sequence[Any], *, link: BaseDatabaseWrapper, answers: bool
) -> Outcome:
    """A migration has changed a column: "cached plan must not change result type"."""
    with link.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")  # the driver understands and forgets them too
        cursor.execute(statement, values)
        return Outcome(cursor.rowcount, cursor.fetchall() if answers else [])


def _prepared(statement: str, *, link: BaseDatabaseWrapper) -> _Prepared:
    """One cursor for each statement of a connection: it keeps how its values are written."""
    prepared = _kept.setdefault(link, {})
    known = prepared.get(statement)
    if known is None or known.cursor.connection is not link.connection:
        cursor = RawCursor(link.connection)
        # All numbers as bigint: by their size they would make another statement of each.
        cursor.adapters.register_dumper(int, Int8Dumper)
        # The driver's own, in C: the session's zone is UTC, so that they are the same instants.
        cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
        known = prepared[statement] = _Prepared(cursor, _numbered(statement))
    return known


def _numbered(statement: str) -> bytes:
    """The statement as PostgreSQL reads it: $1, $2 instead of %s, and % instead of %%."""
    numbers = count(1)
    text = re.sub("%[s%]", lambda it: f"${next(numbers)}" if it[0] == "%s" else "%", statement)
    return text.encode()
