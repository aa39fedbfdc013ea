"""Updates composed once."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import Model, QuerySet
from django.db.models.sql import UpdateQuery

from apps.statements.slots import Slot, column_values, fill

_Statement = tuple[str, tuple[Any, ...]]
_updates: dict[tuple[type[Model], tuple[str, ...], str], _Statement] = {}
KEY = "key of the row"


class Change:
    """A queryset with slots and what is written to its rows: ``QuerySet.update`` composed once."""

    def __init__(self, make: Callable[[], tuple[QuerySet[Any], Mapping[str, Any]]]) -> None:
        self._make = make
        self._composed: dict[str, _Statement] = {}

    def apply(self, **values: Any) -> int:
        """Write, and return how many rows there were."""
        known = self._composed.get(connection.vendor)
        if known is None:
            known = self._composed[connection.vendor] = _compose(*self._make())
        return _execute(known[0], fill(known[1], values))


def save_columns(row: Model, columns: Collection[str]) -> None:
    """Write these fields of a row: ``save(update_fields=...)``, composed once for each set of them.

    Raises:
        DatabaseError: the row is no longer there.
    """
    names = tuple(sorted(columns))
    key = (type(row), names, connection.vendor)
    fields = [row._meta.get_field(name) for name in names]
    if key not in _updates:
        rows = type(row)._base_manager.filter(pk=Slot(KEY))
        _updates[key] = _compose(rows, {field.name: Slot(field.name) for field in fields})
    statement, _slots = _updates[key]
    if not _execute(statement, [*column_values(row, fields, add=False), row.pk]):
        raise DatabaseError("Save with update_fields did not affect any rows.")


def _compose(rows: QuerySet[Any], values: Mapping[str, Any]) -> _Statement:
    query = rows.query.chain(UpdateQuery)
    query.add_update_values(values)
    statement, parameters = query.get_compiler(connection=connection).as_sql()
    return statement, tuple(parameters)


def _execute(statement: str, parameters: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.rowcount
