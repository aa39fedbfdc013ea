"""Inserts composed once."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import AutoField, Field, Model
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery
from django.db.models.sql.compiler import SQLInsertCompiler

from apps.statements.running import cursor_of
from apps.statements.slots import Slot, column_values

M = TypeVar("M", bound=Model)


class Insert(Generic[M]):
    """New rows of one model, and what is done when a row with the same unique value is there.

    ignores: that one is left alone. updates: these fields of it are written, unique names the
    fields by which it is known; the new row is told its key.
    """

    def __init__(
        self,
        model: type[M],
        *,
        ignores: bool = False,
        updates: Sequence[str] = (),
        unique: Sequence[str] = (),
    ) -> None:
        meta = model._meta
        self._model = model
        self._ignores = ignores
        self._updates = [meta.get_field(name) for name in updates]
        self._unique = [meta.get_field(name) for name in unique]
        self._fields: list[Field[Any, Any]] = [
            it for it in meta.local_concrete_fields if not isinstance(it, AutoField)
        ]
        self._composed: dict[tuple[str, int], str] = {}

    def write(self, *rows: M) -> None:
        """Insert rows without keys by one statement and tell each its key.

        With ignores none is told, because nobody knows which were there already.
        """
        link = connections[DEFAULT_DB_ALIAS]
        known = (link.vendor, len(rows))
        statement = self._composed.get(known)
        if statement is None:
            statement = self._composed[known] = self._compose(len(rows), link=link)
        values: list[Any] = []
        for row in rows:
            values += column_values(row, self._fields, add=True, link=link)
        with cursor_of(link, prepares=True) as cursor:
            cursor.execute(statement, values)
            keys = [] if self._ignores else cursor.fetchall()
        for row, (key,) in zip(rows, keys, strict=not self._ignores):
            row.pk = key
        for row in rows:
            row._state.adding, row._state.db = False, link.alias

    def _compose(self, count: int, *, link: BaseDatabaseWrapper) -> str:
        conflict = OnConflict.IGNORE if self._ignores else None
        query = InsertQuery(
            self._model,
            on_conflict=OnConflict.UPDATE if self._updates else conflict,
            update_fields=self._updates,
            unique_fields=self._unique,
        )
        query.insert_values(self._fields, [self._blank() for _row in range(count)])
        compiler = query.get_compiler(connection=link)
        assert isinstance(compiler, SQLInsertCompiler)  # noqa: S101  told to mypy
        compiler.returning_fields = None if self._ignores else [self._model._meta.pk]
        ((statement, _slots),) = compiler.as_sql()
        return statement

    def _blank(self) -> M:
        row = self._model()
        for field in self._fields:
            setattr(row, field.attname, Slot(field.attname))
        return row


_inserts: dict[type[Model], Insert[Any]] = {}


def insert(*rows: Model) -> None:
    """Write new rows of one model, one at least: ``bulk_create``, composed once for each model."""
    model = type(rows[0])
    known = _inserts.get(model)
    if known is None:
        known = _inserts[model] = Insert(model)
    known.write(*rows)
