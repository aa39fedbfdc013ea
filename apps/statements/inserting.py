"""Inserts composed once."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import AutoField, Field, Model
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery
from django.db.models.sql.compiler import SQLInsertCompiler

from apps.statements.running import POSTGRESQL, Part, write
from apps.statements.slots import Slot, Told, column_values

M = TypeVar("M", bound=Model)


class Insert(Generic[M]):
    """New rows of one model, and what is done when a row with the same unique value is there.

    ignores: that one is left alone. updates: these fields of it are written, unique names the
    fields by which it is known; the new row is told its key. told: the foreign key that the
    statement before it fills in.
    """

    def __init__(
        self,
        model: type[M],
        *,
        ignores: bool = False,
        updates: Sequence[str] = (),
        unique: Sequence[str] = (),
        told: str = "",
    ) -> None:
        meta = model._meta
        self._model = model
        self._ignores = ignores
        self._updates = [meta.get_field(name) for name in updates]
        self._unique = [meta.get_field(name) for name in unique]
        self._told = told
        self._fields: list[Field[Any, Any]] = [
            it for it in meta.local_concrete_fields if not isinstance(it, AutoField)
        ]
        self._filled = [it for it in self._fields if it.name != told]
        self._composed: dict[tuple[str, int], str] = {}

    def write(self, *rows: M) -> None:
        """Insert rows without keys by one statement and tell each its key.

        With ignores none is told, because nobody knows which were there already.
        """
        link = connections[DEFAULT_DB_ALIAS]
        _count, keys = write([self.part(rows, link=link)], link=link)
        self.tell(rows, keys, link=link)

    def part(self, rows: Sequence[M], *, link: BaseDatabaseWrapper) -> Part:
        """The statement for these rows."""
        known = (link.vendor, len(rows))
        statement = self._composed.get(known)
        if statement is None:
            statement = self._composed[known] = self._compose(len(rows), link=link)
        values: list[Any] = []
        for row in rows:
            values += column_values(row, self._filled, add=True, link=link)
        return Part(statement, values)

    def tell(self, rows: Sequence[M], keys: Sequence[Any], *, link: BaseDatabaseWrapper) -> None:
        """Give the rows what the database answered: their keys, and the key they were told."""
        for row, (key, *others) in zip(rows, keys, strict=not self._ignores):
            row.pk = key
            if others:
                setattr(row, self._model._meta.get_field(self._told).attname, others[0])
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
        meta = self._model._meta
        answers = [meta.pk, *([meta.get_field(self._told)] if self._told else [])]
        compiler.returning_fields = None if self._ignores else answers
        ((statement, _slots),) = compiler.as_sql()
        return statement

    def _blank(self) -> M:
        row = self._model()
        for field in self._fields:
            place = Told() if field.name == self._told else Slot(field.attname)
            setattr(row, field.attname, place)
        return row


_inserts: dict[tuple[type[Model], str], Insert[Any]] = {}


def insert_of(model: type[M], told: str = "") -> Insert[M]:
    """The insert of a model, made once."""
    known = _inserts.get((model, told))
    if known is None:
        known = _inserts[model, told] = Insert(model, told=told)
    return known


def insert(*rows: Model) -> None:
    """Write new rows of one model, one at least: ``bulk_create``, composed once for each model."""
    insert_of(type(rows[0])).write(*rows)


def insert_with(row: Model, others: Sequence[Model], *, by: str) -> None:
    """Write a new row and those that point to it by this foreign key, one at least."""
    link = connections[DEFAULT_DB_ALIAS]
    first = insert_of(type(row))
    if link.vendor != POSTGRESQL:
        first.write(row)
        for other in others:
            setattr(other, by, row)
        insert(*others)
        return
    second = insert_of(type(others[0]), told=by)
    parts = [first.part([row], link=link), second.part(others, link=link)]
    _count, keys = write(parts, link=link)
    second.tell(others, keys, link=link)
    first.tell([row], [keys[0][1:]], link=link)
