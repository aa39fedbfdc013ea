"""Updates composed once."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model, QuerySet
from django.db.models.sql import UpdateQuery

from apps.statements.running import cursor_of
from apps.statements.slots import Slot, column_values, fill

_Statement = tuple[str, tuple[Any, ...]]


class Change:
    """A queryset with slots and what is written to its rows: ``QuerySet.update`` composed once.

    prepares as in ``Question``.
    """

    def __init__(
        self,
        make: Callable[[], tuple[QuerySet[Any], Mapping[str, Any]]],
        *,
        prepares: bool = False,
    ) -> None:
        self._make = make
        self._prepares = prepares
        self._composed: dict[str, _Statement] = {}

    def apply(self, **values: Any) -> int:
        """Write, and return how many rows there were."""
        link = connections[DEFAULT_DB_ALIAS]
        known = self._composed.get(link.vendor)
        if known is None:
            known = self._composed[link.vendor] = _compose(*self._make(), link=link)
        statement, parameters = known
        return _write(
            statement, fill(parameters, values, link=link), prepares=self._prepares, link=link
        )


_Columns = tuple[str, list["Field[Any, Any]"]]
_saves: dict[tuple[type[Model], tuple[str, ...], str], _Columns] = {}


def save_columns(row: Model, columns: Collection[str]) -> None:
    """Write these fields of a row: ``save(update_fields=...)``, composed once for each set of them.

    Raises:
        DatabaseError: the row is no longer there.
    """
    link = connections[DEFAULT_DB_ALIAS]
    key = (type(row), tuple(columns), link.vendor)
    known = _saves.get(key)
    if known is None:
        known = _saves[key] = _compose_save(type(row), columns, link=link)
    statement, fields = known
    values = column_values(row, fields, add=False, link=link)
    if not _write(statement, [*values, row.pk], prepares=True, link=link):
        raise DatabaseError("Save with update_fields did not affect any rows.")


def _compose_save(
    model: type[Model], columns: Collection[str], *, link: BaseDatabaseWrapper
) -> _Columns:
    wanted = {model._meta.get_field(name) for name in columns}
    fields = [field for field in model._meta.local_concrete_fields if field in wanted]
    rows = model._base_manager.filter(pk=Slot("pk"))
    written = {field.name: Slot(field.name) for field in fields}
    statement, _slots = _compose(rows, written, link=link)
    return statement, fields


def _compose(
    rows: QuerySet[Any], values: Mapping[str, Any], *, link: BaseDatabaseWrapper
) -> _Statement:
    query = rows.query.chain(UpdateQuery)
    query.add_update_values(values)
    statement, parameters = query.get_compiler(connection=link).as_sql()
    return statement, tuple(parameters)


def _write(
    statement: str, parameters: list[Any], *, prepares: bool, link: BaseDatabaseWrapper
) -> int:
    with cursor_of(link, prepares=prepares) as cursor:
        cursor.execute(statement, parameters)
        return cursor.rowcount
