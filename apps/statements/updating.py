"""Updates composed once."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet
from django.db.models.sql import UpdateQuery

from apps.statements.inserting import insert_of
from apps.statements.running import Part, write
from apps.statements.slots import Column, Slot, column_values, columns_of, fill

_Statement = tuple[str, tuple[Any, ...]]
_Save = tuple[str, list[Column]]
_saves: dict[tuple[type[Model], tuple[str, ...], str], _Save] = {}


class Update:
    """A queryset with slots and what is written to its rows: ``QuerySet.update`` composed once.

    For rows that are found by a key: PostgreSQL keeps its plan (ADR 17).
    """

    def __init__(self, make: Callable[[], tuple[QuerySet[Any], Mapping[str, Any]]]) -> None:
        self._make = make
        self._composed: dict[str, _Statement] = {}

    def apply(self, *also: "Update", **values: Any) -> int:
        """Write, and return how many rows there were.

        also: changes of other tables with the same slots, sent along where the database can.
        """
        link = connections[DEFAULT_DB_ALIAS]
        parts = [change.part(values, link=link) for change in (*also, self)]
        return write(parts, link=link).touched

    def part(self, values: Mapping[str, Any], *, link: BaseDatabaseWrapper) -> Part:
        """The statement for these values."""
        known = self._composed.get(link.vendor)
        if known is None:
            known = self._composed[link.vendor] = _compose(*self._make(), link=link)
        return Part(known[0], fill(known[1], values, link=link), answers=False)


def save_columns_with(row: Model, columns: Collection[str], *, line: Model) -> None:
    """Write these fields of a locked row, and a new row of another table with it."""
    link = connections[DEFAULT_DB_ALIAS]
    insert = insert_of(type(line))
    parts = [_save(row, columns, link=link), insert.part([line], link=link)]
    insert.tell([line], write(parts, link=link).rows, link=link)


def _save(row: Model, columns: Collection[str], *, link: BaseDatabaseWrapper) -> Part:
    key = (type(row), tuple(columns), link.vendor)
    known = _saves.get(key)
    if known is None:
        known = _saves[key] = _compose_save(type(row), columns, link=link)
    statement, written = known
    values = column_values(row, written, add=False, link=link)
    return Part(statement, [*values, row.pk], answers=False)


def _compose_save(
    model: type[Model], columns: Collection[str], *, link: BaseDatabaseWrapper
) -> _Save:
    wanted = {model._meta.get_field(name) for name in columns}
    fields = [field for field in model._meta.local_concrete_fields if field in wanted]
    rows = model._base_manager.filter(pk=Slot("pk"))
    written = {field.name: Slot(field.name) for field in fields}
    statement, _slots = _compose(rows, written, link=link)
    return statement, columns_of(fields)


def _compose(
    rows: QuerySet[Any], values: Mapping[str, Any], *, link: BaseDatabaseWrapper
) -> _Statement:
    query: Any = rows.query.chain(UpdateQuery)
    query.add_update_values(values)
    statement, parameters = query.get_compiler(connection=link).as_sql()
    return statement, tuple(parameters)
