"""Every state that has landed can be brought to the newest one, with every row and every cent."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db.backends.base.base import BaseDatabaseWrapper

from apps.availability.triggers import write_triggers
from apps.bookings.models import Booking
from apps.businesses.setup_triggers import write_setup_triggers
from apps.outbox.models import OutboxItem
from apps.outbox.worker import Worker
from tests.factories import NOW
from tests.upgrades.contents import Columns, read_contents
from tests.upgrades.convoy import migrate_together
from tests.upgrades.databases import as_default, database_of, landed
from tests.upgrades.make_state import MAX_BYTES
from tests.upgrades.schema import describe

EMPTY = ""
BEFORE_SANDBOX = "2026-11-30-a467bb2"
RIGHTS = Permission.objects.filter(content_type__app_label="checkout").values_list("pk", "codename")
LATER = NOW + timedelta(minutes=5)
CHANGED = {
    ("businesses_setuprevision", "value"): "another one after every migration",
}
"""Columns whose old values a migration changes on purpose, and why. All others stay."""

RENAMED = {("bookings_booking", "kept_aside"): "authorized"}
"""Columns that a migration gave another name; their values stay."""

ADDED = {("bookings_booking", "service_snapshot"): "tax_rate"}
"""Snapshots that a migration gives one more field; all their others stay."""


@pytest.mark.long
def test_every_landed_state_becomes_the_newest(tmp_path: Path, other_databases: None) -> None:
    """One test, because all of them are migrated together."""
    states = landed()
    with ExitStack() as stack, time_machine.travel(NOW, tick=False):
        databases = {
            state: stack.enter_context(database_of(state, folder=tmp_path)) for state in states
        }
        before = {state: read_contents(database) for state, database in databases.items()}
        migrate_together(list(databases.values()))
        wanted = describe(stack.enter_context(_as_the_models_say(tmp_path)))
        problems = {
            state: [
                *_other_schema(database, wanted),
                *_other_contents(before[state], database),
                *_complaints(database),
            ]
            for state, database in databases.items()
        }

    assert problems == {state: [] for state in states}


@pytest.mark.slow
@pytest.mark.parametrize(
    "state", [EMPTY, pytest.param(landed()[0], marks=[pytest.mark.once, pytest.mark.long])]
)
def test_migrate_itself_brings_an_empty_database_and_the_oldest_one_there(
    tmp_path: Path, other_databases: None, state: str
) -> None:
    """The short way from nothing, and the long one from the middle of what was squashed."""
    with ExitStack() as stack, time_machine.travel(NOW, tick=False):
        database = stack.enter_context(database_of(state, folder=tmp_path))
        before = read_contents(database)
        with as_default(database):
            call_command("migrate", verbosity=0)
        wanted = describe(stack.enter_context(_as_the_models_say(tmp_path)))
        problems = [
            *_other_schema(database, wanted),
            *_other_contents(before, database),
            *_complaints(database),
        ]

    assert problems == []


@pytest.mark.slow
@pytest.mark.long
def test_whoever_might_see_rows_of_the_sandbox_still_may(
    tmp_path: Path, other_databases: None
) -> None:
    """Django renames the type of content with its model, but not the rights."""
    with ExitStack() as stack, time_machine.travel(NOW, tick=False):
        database = stack.enter_context(database_of(BEFORE_SANDBOX, folder=tmp_path))
        stack.enter_context(as_default(database))
        before = dict(RIGHTS.filter(codename__endswith="_practicesession"))
        call_command("migrate", verbosity=0)
        after = dict(RIGHTS.filter(codename__endswith="session"))

    assert len(before) == 4
    assert {pk: after[pk] for pk in before} == {
        pk: name.replace("practice", "sandbox") for pk, name in before.items()
    }
    assert [name for name in after.values() if "practice" in name] == []


def _other_schema(database: BaseDatabaseWrapper, wanted: set[tuple[str, ...]]) -> Iterator[str]:
    """Migrate as everybody does, which has nothing left but what comes after; compare then."""
    with as_default(database):
        call_command("migrate", verbosity=0)
        call_command("migrate", check_unapplied=True, verbosity=0)
    found = describe(database)
    for facts in sorted(found - wanted):
        yield f"too much: {facts}"
    for facts in sorted(wanted - found):
        yield f"missing: {facts}"


def _other_contents(before: dict[str, Columns], database: BaseDatabaseWrapper) -> Iterator[str]:
    wanted = {
        table: [RENAMED.get((table, name), name) for name in columns]
        for table, columns in before.items()
    }
    after = read_contents(database, only=wanted)
    for table, columns in before.items():
        for name, values in columns.items():
            now = after.get(table, {}).get(RENAMED.get((table, name), name))
            if not _is_as_before(table, name, values, now):
                yield f"{table}.{name}: {_told(values)} became {_told(now)}"


def _is_as_before(table: str, name: str, before: list[object], after: list[object] | None) -> bool:
    if (table, name) in CHANGED:
        return True
    if added := ADDED.get((table, name)):
        return _without(added, before) == _without(added, after)
    return before == after


def _without(field: str, values: list[object] | None) -> list[object]:
    """Snapshots as texts of JSON, without one field."""
    read = [json.loads(it) if isinstance(it, str) else it for it in values or ()]
    return [{k: v for k, v in it.items() if k != field} for it in read if isinstance(it, dict)]


def _told(values: list[object] | None) -> str:
    """Say how many there are and, of numbers, their sum."""
    if values is None:
        return "nothing"
    numbers = [value for value in values if isinstance(value, int)]
    return f"{len(values)} values, sum {sum(numbers)}"


def _complaints(database: BaseDatabaseWrapper) -> Iterator[str]:
    """The books add up, a worker of today does what was written down by older code, and what is
    owed is owed at the tax it was told with."""
    with as_default(database):
        owed = Booking.objects.filter(price__gt=0, payment_status="NOT_PAID").exclude(
            status__in=("CREATED", "DECLINED", "CANCELED")
        )
        for booking in owed.select_related("service"):
            if booking.as_booked.tax_rate != booking.service.tax_rate:
                yield f"{booking} lost its tax"
        yield from _findings()
        Worker(clock=lambda: LATER, jitter=lambda: 0.0).drain()
        for item in OutboxItem.objects.filter(done_at=None):
            yield f"left undone: {item} {item.last_error}"
        yield from _findings()


def _findings() -> list[str]:
    told = StringIO()
    try:
        call_command("check_ledger", stdout=told)
    except CommandError:
        return told.getvalue().splitlines()
    return []


@contextmanager
def _as_the_models_say(folder: Path) -> Iterator[BaseDatabaseWrapper]:
    """A database whose tables are made from the models, as the suite makes its own."""
    with database_of(EMPTY, folder=folder) as database, as_default(database):
        with database.schema_editor() as editor:
            for model in apps.get_models():
                editor.create_model(model)
        write_triggers()
        write_setup_triggers()
        yield database


@pytest.mark.parametrize("state", landed())
def test_states_are_kept_for_both_databases_and_small(state: str) -> None:
    files = sorted((Path(__file__).parent / "states").glob(f"{state}.*"))

    assert [path.name for path in files] == [f"{state}.sql.xz", f"{state}.sqlite3.xz"]
    assert max(path.stat().st_size for path in files) <= MAX_BYTES
