"""What a database says of its tables, to be compared with another's."""

import re
from collections.abc import Iterator

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

POSTGRESQL = {
    "column": """
        SELECT table_name, column_name, data_type, character_maximum_length, is_nullable,
               column_default, is_identity, is_generated, collation_name
        FROM information_schema.columns WHERE table_schema = current_schema()
    """,
    "constraint": """
        SELECT relname, conname, pg_get_constraintdef(pg_constraint.oid), convalidated
        FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
        WHERE pg_table_is_visible(pg_class.oid)
    """,
    "index": "SELECT tablename, indexname, indexdef FROM pg_indexes "
    "WHERE schemaname = current_schema()",
    "trigger": """
        SELECT relname, tgname, pg_get_triggerdef(pg_trigger.oid), prosrc FROM pg_trigger
        JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
        WHERE NOT tgisinternal
    """,
}
SQLITE = "SELECT type, tbl_name, name, sql FROM sqlite_master WHERE sql IS NOT NULL"


def describe(database: BaseDatabaseWrapper) -> set[tuple[str, ...]]:
    """List columns, constraints, indexes and triggers of the tables of our models.

    Django's own are left to Django: the joins of its users have other keys by migrations (bigint)
    than by its models (integer).
    """
    tables = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("apps.")
    }
    with database.cursor() as cursor:
        read = _sqlite if database.vendor == "sqlite" else _postgresql
        return {facts for facts in read(cursor) if facts[1] in tables}


def _postgresql(cursor: CursorWrapper) -> Iterator[tuple[str, ...]]:
    for kind, query in POSTGRESQL.items():
        cursor.execute(query)
        for row in cursor.fetchall():
            yield (kind, *(_without_casts(str(fact)) for fact in row))


def _without_casts(text: str) -> str:
    """The server writes "IN" with other casts and parentheses once it was dumped and loaded."""
    return re.sub(r"::(character varying|text)(\[\])?|[()]", "", text)


def _sqlite(cursor: CursorWrapper) -> Iterator[tuple[str, ...]]:
    cursor.execute(SQLITE)
    for kind, table, name, text in cursor.fetchall():
        if kind != "table":
            yield kind, table, name, text
            continue
        # A table keeps the text it was made by; columns that came later stand at its end.
        for part in _parts(text):
            yield "column or constraint", table, part


def _parts(text: str) -> Iterator[str]:
    """Split the definitions of a CREATE TABLE at the commas between them."""
    inside = text[text.index("(") + 1 : text.rindex(")")]
    depth = quoted = start = 0
    for at, sign in enumerate(inside):
        if sign == "'":
            quoted = not quoted
        elif not quoted:
            depth += {"(": 1, ")": -1}.get(sign, 0)
            if sign == "," and depth == 0:
                yield _plain(inside[start:at])
                start = at + 1
    yield _plain(inside[start:])


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
