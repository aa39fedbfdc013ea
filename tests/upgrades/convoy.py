"""Migrate several databases together.

Nine tenths of a migrate are spent on working out what the models of that moment looked like. Here
it is done once for all databases, which takes a quarter of the time of one `migrate` after the
other; the steps on each database are Django's own. They go the long way, by the migrations that a
squashed one replaces, as a database of an earlier version does.
"""

import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from tests.upgrades.databases import as_default

Key = tuple[str, str]


def migrate_together(databases: Sequence[BaseDatabaseWrapper]) -> None:
    """Apply to each database what it lacks, in the order of the graph."""
    loader = MigrationLoader(None, replace_migrations=False)
    done = [_applied(database) for database in databases]
    state = ProjectState(real_apps=loader.unmigrated_apps)
    with _without_garbage_collection():
        for key in _plan(loader):
            migration = loader.graph.nodes[key]
            lacking = [turn for turn, applied in enumerate(done) if key not in applied]
            if lacking:
                _apply(migration, state, [databases[turn] for turn in lacking])
            else:
                migration.mutate_state(state, preserve=False)
            for database, applied in zip(databases, done, strict=True):
                if key not in applied:
                    _record(database, key)


def _applied(database: BaseDatabaseWrapper) -> set[Key]:
    with as_default(database):
        return set(MigrationRecorder(database).applied_migrations())


def _record(database: BaseDatabaseWrapper, key: Key) -> None:
    with as_default(database):
        MigrationRecorder(database).record_applied(*key)


def _plan(loader: MigrationLoader) -> list[Key]:
    """What is replaced comes first, what came after it then; what replaces it never."""
    plan: dict[Key, None] = {}
    replaced = [it.replaces[-1] for it in loader.replacements.values()]
    for last in [*replaced, *loader.graph.leaf_nodes()]:
        plan |= dict.fromkeys(loader.graph.forwards_plan(last))
    return [key for key in plan if key not in loader.replacements]


def _apply(
    migration: Migration, state: ProjectState, databases: Sequence[BaseDatabaseWrapper]
) -> None:
    with ExitStack() as stack:
        editors = [
            stack.enter_context(_editing(database, atomic=migration.atomic))
            for database in databases
        ]
        for operation in migration.operations:
            before = state.clone()
            operation.state_forwards(migration.app_label, state)
            for editor in editors:
                with as_default(editor.connection), transaction.atomic():
                    operation.database_forwards(migration.app_label, editor, before, state)


@contextmanager
def _editing(database: BaseDatabaseWrapper, *, atomic: bool) -> Iterator[BaseDatabaseSchemaEditor]:
    """Open a schema editor whose database is the default one only while it is spoken to."""
    with as_default(database):
        editor = database.schema_editor(atomic=atomic).__enter__()
    try:
        yield editor
    except BaseException:
        with as_default(database):
            editor.__exit__(*sys.exc_info())
        raise
    with as_default(database):
        editor.__exit__(None, None, None)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Thousands of model classes are made and thrown away; looking through them takes a third of
    the time."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()
