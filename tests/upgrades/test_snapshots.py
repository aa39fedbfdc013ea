"""What was frozen as JSON is read after every change of the code: in all landed states."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import MISSING, fields, make_dataclass
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models import JSONField

from apps.bookings.deadlines import KEY
from apps.bookings.policy import Policy, ServiceSnapshot
from tests.upgrades.databases import landed, unpack

FROZEN: dict[tuple[str, str], type[Any]] = {
    ("bookings_booking", "policy_snapshot"): Policy,
    ("bookings_booking", "service_snapshot"): ServiceSnapshot,
}
"""The columns with a snapshot, and who reads it."""
NOT_FROZEN = {
    ("bookings_booking", "draft_text"): "what somebody is typing, by the names of the fields",
    ("bookings_bookingevent", "before"): "history: each key is asked for, never expected",
    ("bookings_bookingevent", "after"): "history: each key is asked for, never expected",
    ("bookings_movewish", "let_pass"): "a list of spans",
    ("bookings_waitlistentry", "let_pass"): "a list of spans",
    ("catalog_bookingpolicy", "fee_windows"): "a list of triples, frozen with bookings in Policy",
    ("catalog_question", "choices"): "a list of words",
    ("checkout_practicesession", "refund_keys"): "the memory of the bank of the sandbox",
    ("privacy_privacyentry", "counts"): "how many of what, each asked for by its name",
    ("outbox_outboxitem", "payload"): "work; test_upgrades does what waited in each landed state",
}
"""Columns of JSON that hold no facts frozen for later, and what they hold instead."""
BESIDE = {"version", KEY}
"""What lies there too and is read by others, with a default of its own."""
EACH = pytest.mark.parametrize("column", FROZEN, ids=".".join)


@pytest.fixture(scope="module", params=landed())
def old(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A landed state, not migrated."""
    path: Path = tmp_path_factory.mktemp("old") / "portal.sqlite3"
    path.write_bytes(unpack(request.param, "sqlite3"))
    with closing(sqlite3.connect(path)) as database:
        yield database


def stored_in(old: sqlite3.Connection, column: tuple[str, str]) -> list[dict[str, Any]]:
    table, name = column
    known = {row[1] for row in old.execute(f"PRAGMA table_info({table})")}
    if name not in known:
        return []
    return [json.loads(row[0]) for row in old.execute(f"SELECT {name} FROM {table}")]  # noqa: S608


def test_every_column_of_json_is_a_snapshot_or_says_what_it_is_instead() -> None:
    """A new one either gets a version and defaults, or a reason why it needs none."""
    columns = {
        (model._meta.db_table, field.name)
        for model in apps.get_models()
        if model.__module__.startswith("apps.")
        for field in model._meta.concrete_fields
        if isinstance(field, JSONField) or field.name.endswith("_snapshot")
    }

    assert columns == FROZEN.keys() | NOT_FROZEN.keys()
    assert FROZEN.keys() & NOT_FROZEN.keys() == set()


@EACH
def test_every_field_has_what_was_true_before_it_was_there(column: tuple[str, str]) -> None:
    missing = [it.name for it in fields(FROZEN[column]) if it.default is MISSING]

    assert missing == []
    assert FROZEN[column].VERSION >= 1


@EACH
def test_rows_of_every_landed_state_are_read_as_they_were_written(
    old: sqlite3.Connection, column: tuple[str, str]
) -> None:
    kind = FROZEN[column]
    for stored in stored_in(old, column):
        facts = kind.from_snapshot(stored).as_snapshot()
        assert stored.keys() - facts.keys() - BESIDE == set()
        common = stored.keys() & facts.keys() - {"version"}
        assert {name: facts[name] for name in common} == {name: stored[name] for name in common}


@EACH
def test_with_one_more_field_old_rows_are_read_all_the_same(
    old: sqlite3.Connection, column: tuple[str, str]
) -> None:
    """What comes next time somebody adds a rule."""
    kind: Any = make_dataclass(
        "Next", [("next_rule", int, 7)], bases=(FROZEN[column],), frozen=True, slots=True
    )

    for stored in [{}, *stored_in(old, column)]:
        assert kind.from_snapshot(stored).next_rule == 7
        assert FROZEN[column].from_snapshot(kind(next_rule=9).as_snapshot()) == FROZEN[column]()
