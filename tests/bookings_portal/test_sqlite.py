"""While a migration alters tables on SQLite the triggers step aside, and nobody can tell."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, models
from django.db.models import Q
from django.db.utils import ConnectionHandler

from apps.businesses.models import Location
from apps.catalog.models import Service
from bookings_portal.databases import Process, parse_database_url

pytestmark = [
    pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite"),
    pytest.mark.django_db(transaction=True),
]

PASSING = models.CheckConstraint(name="passing", condition=Q(pk__gte=0))


def triggers() -> dict[str, str]:
    """What a second connection sees, by name."""
    beside = sqlite3.connect(connection.settings_dict["NAME"])
    try:
        rows = beside.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        return dict(rows.fetchall())
    finally:
        beside.close()


def test_a_table_that_others_triggers_speak_of_can_be_remade() -> None:
    """Django renames the new table, and SQLite refuses that while a trigger names a missing one."""
    before = triggers()
    seen = []

    with connection.schema_editor() as editor:
        editor.add_constraint(Service, PASSING)
        seen.append(triggers())
    with connection.schema_editor() as editor:
        editor.remove_constraint(Service, PASSING)
        seen.append(triggers())

    assert len(before) > 50
    assert seen == [before, before]
    assert triggers() == before


def test_a_change_that_fails_says_why_and_leaves_everything_as_it_was() -> None:
    before = triggers()

    def fail_halfway() -> None:
        with connection.schema_editor() as editor:
            editor.add_constraint(Service, PASSING)
            Location.objects.create(business_id=9999, name="A broken foreign key on the way")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()

    assert triggers() == before
    assert not connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys")
        assert cursor.fetchone() == (1,)
    assert Location.objects.count() == 0


def test_without_a_transaction_they_come_back_also_after_a_failure() -> None:
    before = triggers()

    def fail() -> None:
        with connection.schema_editor(atomic=False) as editor:
            editor.execute("ALTER TABLE no_such_table ADD COLUMN anything")

    with pytest.raises(DatabaseError):
        fail()

    assert triggers() == before


@pytest.fixture
def two_tables(tmp_path: Path) -> Iterator[Callable[[str], list[str]]]:
    """Run a statement in a schema editor of a small database; returns the triggers afterwards."""
    address = f"sqlite:///{tmp_path / 'small.sqlite3'}"
    entry = parse_database_url(address, base=tmp_path, process=Process())
    small = ConnectionHandler({"default": entry})["default"]
    with small.cursor() as cursor:
        for table in ("kept", "told"):
            cursor.execute(f"CREATE TABLE {table} (id integer)")
            cursor.execute(f"CREATE TRIGGER of_{table} AFTER INSERT ON {table} BEGIN SELECT 1; END")

    def run(statement: str) -> list[str]:
        with small.schema_editor() as editor:
            editor.execute(statement)
        with small.cursor() as cursor:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
            return [name for (name,) in cursor.fetchall()]

    yield run
    small.close()


def test_those_of_a_table_that_went_go_with_it(two_tables: Callable[[str], list[str]]) -> None:
    assert two_tables("DROP TABLE kept") == ["of_told"]


def test_one_that_a_migration_wrote_itself_is_kept(two_tables: Callable[[str], list[str]]) -> None:
    same_name = "CREATE TRIGGER of_kept AFTER DELETE ON kept BEGIN SELECT 1; END"

    assert two_tables(same_name) == ["of_kept", "of_told"]


def test_statements_that_are_only_shown_touch_nothing() -> None:
    before = triggers()

    with connection.schema_editor(collect_sql=True) as editor:
        editor.add_constraint(Service, PASSING)

    assert not [line for line in editor.collected_sql if "DROP TRIGGER" in line]
    assert triggers() == before
