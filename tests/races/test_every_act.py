"""``test_any_order`` knows all that can be done: every operation that a page, the admin, or the
worker calls is an act of somebody there."""

import ast
import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
ACTS = ROOT / "tests" / "races"
OWNERS = (
    *("availability", "bookings", "businesses", "catalog", "checkout", "classes", "customers"),
    *("prepaid", "privacy", "waitlists"),
)
NOT_ACTS = {
    "cancel_sessions": "a page of this name calls cancel_class, cancel_run and cancel_course_date",
    "ask_for_data": "has a mail sent",
    "ask_for_plans": "mails links; nothing is bought, used or paid",
    "ask_to_sign_in": "has a mail sent",
    "end_sign_ins": "ends what a browser may see",
    "store_draft_text": "keeps what was typed",
    "lock_draft": "locks for whoever calls it",
    "note_told": "forgets where a receipt went",
    "offer_places": "forms have a method of this name; this one runs inside other operations",
    "open_link": "lets a mail open a page",
    "receive_event": "deliver_sandbox_event brings it every message of the bank",
    "remove_saved_person": "a list of one's own; what is booked keeps its names",
    "rename_saved_person": "the same",
    "save_person": "the same",
    "send_plan_link": "mails a link",
    "sign_in_by_code": "lets a browser see what is there",
    "sign_in_by_link": "lets a browser see what is there",
}
"""Operations with a door of their own that neither take nor give time, seats or money."""


def names_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id


def called_from_outside() -> set[str]:
    """What views, admin, commands, periodic work and the work of the outbox name."""
    inside = {"operations", "queries", "engine", "models", "demo", "migrations"}
    files = (it for it in (ROOT / "apps").rglob("*.py") if not inside & {*it.parts, it.stem})
    return {name for path in files for name in names_in(path)}


def by_the_worker(app: str) -> set[str]:
    """What the worker does from time to time, or when its item is due: an act, all of it."""
    wiring = ROOT / "apps" / app / "wiring.py"
    return set(names_in(wiring)) if wiring.exists() else set()


def verbs_of(module: ModuleType) -> Iterator[str]:
    """What a folder re-exports; of one file, what is written there and is public."""
    listed = getattr(module, "__all__", None)
    for name, it in inspect.getmembers(module, inspect.isfunction):
        is_here = it.__module__ == module.__name__ and not name.startswith("_")
        if is_here if listed is None else name in listed:
            yield name


@pytest.mark.parametrize("app", OWNERS)
@pytest.mark.long
def test_every_operation_with_a_door_is_an_act(app: str) -> None:
    module = import_module(f"apps.{app}.operations")
    verbs = set(verbs_of(module))
    acted = {name for path in ACTS.glob("acts_*.py") for name in names_in(path)}
    missing = (verbs & called_from_outside()) - acted - by_the_worker(app) - NOT_ACTS.keys()

    assert sorted(missing) == []
