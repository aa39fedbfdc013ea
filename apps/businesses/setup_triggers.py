"""Triggers that give a business another setup revision whenever its setup changes (ADR 13).

Whoever changes it, by whatever way (an operation, Django admin, a shell, SQL by hand), the new
number is in the same transaction. It is random, not counted: a number that was rolled back never
comes again, so nothing that was read under it can be taken for something later.
"""

from collections.abc import Mapping
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

REVISIONS = "businesses_setuprevision"
RANDOM = {"sqlite": "random()", "postgresql": "(random() * 9007199254740991)::bigint"}
MISSING = """
    INSERT INTO businesses_setuprevision (business_id, value)
    SELECT id, {random} FROM businesses_business AS business WHERE NOT EXISTS (
        SELECT 1 FROM businesses_setuprevision AS known WHERE known.business_id = business.id
    )
"""
BORN = "INSERT INTO businesses_setuprevision (business_id, value) VALUES (NEW.id, {random});"
CHANGED = "UPDATE businesses_setuprevision SET value = {random} WHERE business_id = {owner};"
ROWS = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}

Watched = Mapping[str, str]
"""By table, an SQL expression for the id of the business that ``{row}`` belongs to."""


def write_setup_triggers(watched: Watched, *, using: str) -> None:
    """Create the triggers of these tables anew; a remade table has lost its own on SQLite.

    Tables that are not there (a migration backwards) are passed over.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if REVISIONS not in tables:
            return
        for table in sorted(tables & watched.keys()):
            for event, rows in ROWS.items():
                owners = [watched[table].format(row=row) for row in rows]
                steps = [_changed(connection, owner) for owner in dict.fromkeys(owners)]
                _write(connection, cursor, table=table, event=event, steps=steps)


def watch_businesses(*, using: str = "default", **_kwargs: Any) -> None:
    """Give every business its revision, those to come and those there already, and another one
    when it changes itself."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if REVISIONS not in connection.introspection.table_names(cursor):
            return
        random = RANDOM[connection.vendor]
        cursor.execute(MISSING.format(random=random))
        born, changed = BORN.format(random=random), _changed(connection, "NEW.id")
        for event, step in (("insert", born), ("update", changed)):
            _write(connection, cursor, table="businesses_business", event=event, steps=[step])


def _changed(connection: BaseDatabaseWrapper, owner: str) -> str:
    return CHANGED.format(random=RANDOM[connection.vendor], owner=owner)


def _write(
    connection: BaseDatabaseWrapper,
    cursor: CursorWrapper,
    *,
    table: str,
    event: str,
    steps: list[str],
) -> None:
    name = f"{table}_changes_setup_on_{event}"
    body = " ".join(steps)
    if connection.vendor == "sqlite":
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {body} END")
        return
    cursor.execute(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
        f"AS $$ BEGIN {body} RETURN NULL; END $$"
    )
    cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
    cursor.execute(
        f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
