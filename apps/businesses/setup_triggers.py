"""Triggers that give a business another setup revision whenever its setup changes (ADR 13).

Whoever changes it, by whatever way (an operation, Django admin, a shell, SQL by hand), the new
number is in the same transaction. It is random, not counted: a number that was rolled back never
comes again, so nothing that was read under it can be taken for something later.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

REVISIONS = "businesses_setuprevision"
BUSINESSES = "businesses_business"
MARK = "_changes_setup_on_"
RANDOM = {"sqlite": "random()", "postgresql": "(random() * 9007199254740991)::bigint"}
MISSING = """
    INSERT INTO businesses_setuprevision (business_id, value)
    SELECT id, {random} FROM businesses_business AS business WHERE NOT EXISTS (
        SELECT 1 FROM businesses_setuprevision AS known WHERE known.business_id = business.id
    )
"""
RENEWED = "UPDATE businesses_setuprevision SET value = {random}"
BORN = "INSERT INTO businesses_setuprevision (business_id, value) VALUES (NEW.id, {random});"
CHANGED = RENEWED + " WHERE business_id = {owner};"
ROWS = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}
STANDING = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
    "JOIN pg_class ON pg_class.oid = tgrelid "
    "WHERE NOT tgisinternal AND tgenabled <> 'D' AND pg_table_is_visible(pg_class.oid)",
}
"""Names of triggers with what is kept of them: the statement on SQLite, else the function's body.
One that is switched off does not stand."""

_watched: dict[str, str] = {}


class _Trigger(NamedTuple):
    name: str
    table: str
    event: str
    body: str

    def kept_as(self, vendor: str) -> str:
        """What the database tells of this trigger once it is written."""
        if vendor == "sqlite":
            head = f"CREATE TRIGGER {self.name} AFTER {self.event} ON {self.table}"
            return f"{head} BEGIN {self.body} END"
        return f" BEGIN {self.body} RETURN NULL; END "


def watch_setup(tables: Mapping[str, str]) -> None:
    """Let changes of these tables count as changes of a setup; apps say so when they are ready.

    Every table comes with an SQL expression for the id of the business that ``{row}`` belongs to.
    """
    _watched.update(tables)


def watched_tables() -> set[str]:
    """Name the tables whose changes are noticed, businesses among them."""
    return {*_watched, BUSINESSES}


def write_setup_triggers(
    *, using: str = "default", plan: Sequence[Any] = (), **_kwargs: Any
) -> None:
    """Make the triggers what they should be, and give every business a revision.

    It runs after every migrate. Tables that are not there (a migration backwards) are passed over,
    and triggers that nobody asks for any more go. When something was migrated, every business gets
    another revision: on SQLite no trigger stood while rows were changed.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        wanted = _wanted(connection, cursor)
        for name in _standing(connection, cursor).keys() - wanted.keys():
            _drop(connection, cursor, name)
        if not wanted:
            return
        random = RANDOM[connection.vendor]
        cursor.execute(MISSING.format(random=random))
        if plan:
            cursor.execute(RENEWED.format(random=random))
        for trigger in wanted.values():
            _write(connection, cursor, trigger)


def missing_setup_triggers(*, using: str = "default") -> list[str]:
    """Name the triggers that do not stand, or say something else than this code wants."""
    connection = connections[using]
    with connection.cursor() as cursor:
        standing = _standing(connection, cursor)
        wanted = _wanted(connection, cursor)
    return sorted(
        name
        for name, trigger in wanted.items()
        if standing.get(name) != trigger.kept_as(connection.vendor)
    )


def standing_triggers(connection: BaseDatabaseWrapper, cursor: CursorWrapper) -> dict[str, str]:
    """Return every trigger of the database by name, see STANDING."""
    cursor.execute(STANDING[connection.vendor])
    return dict(cursor.fetchall())


def _standing(connection: BaseDatabaseWrapper, cursor: CursorWrapper) -> dict[str, str]:
    found = standing_triggers(connection, cursor)
    return {name: kept for name, kept in found.items() if MARK in name}


def _wanted(connection: BaseDatabaseWrapper, cursor: CursorWrapper) -> dict[str, _Trigger]:
    """List the triggers for the tables that are there; none before revisions are kept."""
    tables = set(connection.introspection.table_names(cursor))
    if REVISIONS not in tables:
        return {}
    random = RANDOM[connection.vendor]
    triggers = [
        _trigger(BUSINESSES, "insert", [BORN.format(random=random)]),
        _trigger(BUSINESSES, "update", [CHANGED.format(random=random, owner="NEW.id")]),
    ]
    for table in sorted(tables & _watched.keys()):
        for event, rows in ROWS.items():
            owners = dict.fromkeys(_watched[table].format(row=row) for row in rows)
            steps = [CHANGED.format(random=random, owner=owner) for owner in owners]
            triggers.append(_trigger(table, event, steps))
    return {trigger.name: trigger for trigger in triggers}


def _trigger(table: str, event: str, steps: list[str]) -> _Trigger:
    return _Trigger(f"{table}{MARK}{event}", table, event, " ".join(steps))


def _write(connection: BaseDatabaseWrapper, cursor: CursorWrapper, trigger: _Trigger) -> None:
    name, table, event, _body = trigger
    kept = trigger.kept_as(connection.vendor)
    if connection.vendor == "sqlite":
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(kept)
        return
    cursor.execute(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${kept}$$"
    )
    cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
    cursor.execute(
        f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def _drop(connection: BaseDatabaseWrapper, cursor: CursorWrapper, name: str) -> None:
    if connection.vendor == "sqlite":
        cursor.execute(f"DROP TRIGGER {name}")
    else:
        cursor.execute(f"DROP FUNCTION {name}() CASCADE")
