"""Set indexes, constraints and triggers of tables aside while many rows come in."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid::regclass::text = ANY(%s) AND contype IN ('f', 'u', 'x', 'c')
ORDER BY contype <> 'u', conname
"""
# Foreign keys of other tables point at primary keys only, which stay.
INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE tablename = ANY(%s) AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""
SQLITE = """
SELECT type, name, sql FROM sqlite_master
WHERE tbl_name IN ({}) AND type IN ('index', 'trigger') AND sql IS NOT NULL
"""


@contextmanager
def without_indexes(connection: Any, tables: Sequence[str]) -> Iterator[None]:
    """Drop what slows inserts down, and build every bit of it again afterwards, checked anew."""
    with connection.cursor() as cursor:
        drop, create = _plan(connection, cursor, tables)
        for statement in drop:
            cursor.execute(statement)
    yield
    with connection.cursor() as cursor:
        for statement in create:
            cursor.execute(statement)


def _plan(connection: Any, cursor: Any, tables: Sequence[str]) -> tuple[list[str], list[str]]:
    if connection.vendor == "postgresql":
        cursor.execute("SET maintenance_work_mem = '512MB'")
        return _postgresql(cursor, tables)
    marks = ", ".join(["%s"] * len(tables))
    cursor.execute(SQLITE.format(marks), list(tables))
    found = cursor.fetchall()
    return [f"DROP {kind} {name}" for kind, name, _sql in found], [sql for _k, _n, sql in found]


def _postgresql(cursor: Any, tables: Sequence[str]) -> tuple[list[str], list[str]]:
    cursor.execute(CONSTRAINTS, [list(tables)])
    rules = cursor.fetchall()
    cursor.execute(INDEXES, [list(tables)])
    indexes = cursor.fetchall()
    drop = [f'ALTER TABLE {table} DROP CONSTRAINT "{name}"' for table, name, _rule in rules]
    drop += [f'DROP INDEX "{name}"' for name, _definition in indexes]
    create = [definition for _name, definition in indexes]
    create += [f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {rule}' for table, name, rule in rules]
    return drop, create
