"""Updates composed once."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet
from django.db.models.sql import UpdateQuery

from apps.statements.inserting import Found, insert_of, keys_of
from apps.statements.running import POSTGRESQL, Part, write
from apps.statements.slots import Column, Slot, Told, column_values, columns_of, fill

_Statement = tuple[str, tuple[Any, ...]]
_Save = tuple[str, list[Column]]
_saves: dict[tuple[type[Model], tuple[str, ...], str, str], _Save] = {}


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


def save_columns_with(
    row: Model, columns: Collection[str], *, line: Model, found: Found[Any] | None = None
) -> None:
    """Write these fields of a locked row, and a new row of another table with it.

    found is what one of the fields will point to: it is found or added in the same statement where
    the database can.
    """
    link = connections[DEFAULT_DB_ALIAS]
    if found is not None and link.vendor != POSTGRESQL:
        found.insert.write(found.row)
        setattr(row, found.by, found.row)
        found = None
    insert = insert_of(type(line))
    parts = [
        _save(row, columns, told=found.by if found else "", link=link),
        insert.part([line], link=link),
    ]
    if found is None:
        insert.tell([line], write(parts, link=link).rows, link=link)
        return
    parts = [found.insert.part([found.row], link=link), *parts, keys_of(0, 2)]
    key_of_found, key_of_line = write(parts, link=link).rows
    found.insert.tell([found.row], [key_of_found], link=link)
    insert.tell([line], [key_of_line], link=link)
    setattr(row, found.by, found.row)


def _save(row: Model, columns: Collection[str], *, told: str, link: BaseDatabaseWrapper) -> Part:
    key = (type(row), tuple(columns), told, link.vendor)
    known = _saves.get(key)
    if known is None:
        known = _saves[key] = _compose_save(type(row), columns, told=told, link=link)
    statement, written = known
    values = column_values(row, written, add=False, link=link)
    return Part(statement, [*values, row.pk], answers=False)


def _compose_save(
    model: type[Model], columns: Collection[str], *, told: str, link: BaseDatabaseWrapper
) -> _Save:
    wanted = {model._meta.get_field(name) for name in columns}
    fields = [field for field in model._meta.local_concrete_fields if field in wanted]
    rows = model._base_manager.filter(pk=Slot("pk"))
    written = {it.name: Told() if it.name == told else Slot(it.name) for it in fields}
    statement, _slots = _compose(rows, written, link=link)
    return statement, columns_of(it for it in fields if it.name != told)


def _compose(
    rows: QuerySet[Any], values: Mapping[str, Any], *, link: BaseDatabaseWrapper
) -> _Statement:
    query: Any = rows.query.chain(UpdateQuery)
    query.add_update_values(dict(values))
    statement, parameters = query.get_compiler(connection=link).as_sql()
    return statement, tuple(parameters)
