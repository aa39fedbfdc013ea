"""The way of composed statements to the database."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper

POSTGRESQL = "postgresql"


class Part(NamedTuple):
    """A composed statement with its values: one of several that are written together."""

    statement: str
    values: list[Any]


def cursor_of(link: BaseDatabaseWrapper, *, prepares: bool) -> CursorWrapper:
    """A cursor of Django's, with its errors, its log and its wrappers.

    With prepares PostgreSQL keeps the statement once it came often (``prepare_threshold`` of the
    connection) and neither reads nor plans it again. A log of statements shows them with their
    values, which only Django's own cursor knows.
    """
    if not prepares or link.queries_logged or link.vendor != POSTGRESQL:
        return link.cursor()
    link.close_if_health_check_failed()
    link.ensure_connection()
    with link.wrap_database_errors:
        bare: Any = ServerBindingCursor(link.connection)
    return link.make_cursor(bare)


def write(
    parts: Sequence[Part], *, link: BaseDatabaseWrapper, prepares: bool = True
) -> tuple[int, list[Any]]:
    """Send parts of which none reads what another wrote; return count and rows of the last.

    PostgreSQL gets one statement, other databases one after the other.
    """
    if link.vendor == POSTGRESQL and len(parts) > 1:
        values = [value for part in parts for value in part.values]
        parts = [Part(_as_one(tuple(part.statement for part in parts)), values)]
    with cursor_of(link, prepares=prepares) as cursor:
        for part in parts:
            cursor.execute(part.statement, part.values)
        return cursor.rowcount, cursor.fetchall() if cursor.description else []


@lru_cache(maxsize=256)
def _as_one(statements: tuple[str, ...]) -> str:
    *others, last = statements
    named = ", ".join(f"part{place} AS ({it})" for place, it in enumerate(others))
    return f"WITH {named} {last}"
