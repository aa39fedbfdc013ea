"""Inserts composed once."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import AutoField, Field, Model
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery
from django.db.models.sql.compiler import SQLInsertCompiler

from apps.statements.running import POSTGRESQL, Part, write
from apps.statements.slots import Slot, Told, column_values, columns_of

M = TypeVar("M", bound=Model)


class Insert(Generic[M]):
    """New rows of one model, and what is done when a row with the same unique value is there.

    ignores: that one is left alone. updates: these fields of it are written, unique names the
    fields by which it is known; the new row is told its key. told: the foreign key to the row
    that the first part of the statement inserts.
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
        self._filled = columns_of(it for it in self._fields if it.name != told)
        self._composed: dict[tuple[str, int], str] = {}

    def write(self, *rows: M) -> None:
        """Insert rows without keys by one statement and tell each its key.

        With ignores none is told, because nobody knows which were there already.
        """
        link = connections[DEFAULT_DB_ALIAS]
        keys = write([self.part(rows, link=link)], link=link).rows
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
        return Part(statement, values, answers=not self._ignores)

    def tell(self, rows: Sequence[M], keys: Sequence[Any], *, link: BaseDatabaseWrapper) -> None:
        """Give the rows the keys that the database answered."""
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
            place = Told() if field.name == self._told else Slot(field.attname)
            setattr(row, field.attname, place)
        return row


@cache
def insert_of(model: type[M], told: str = "") -> Insert[M]:
    """The insert of a model, made once."""
    return Insert(model, told=told)


def insert(*rows: Model) -> None:
    """Write new rows of one model, one at least: ``bulk_create``, composed once for each model."""
    insert_of(type(rows[0])).write(*rows)


def insert_with(row: Model, *others: Model, by: str) -> None:
    """Write a new row and new ones of other models that point to it by this foreign key.

    In this order, and by one statement where the database can; each is told its key.
    """
    link = connections[DEFAULT_DB_ALIAS]
    groups: dict[type[Model], list[Model]] = {}
    for other in others:
        groups.setdefault(type(other), []).append(other)
    if link.vendor == POSTGRESQL:
        _insert_at_once(row, list(groups.values()), by=by, link=link)
    else:
        insert(row)
    for each in groups.values():
        for other in each:
            setattr(other, f"{by}_id", row.pk)
        if link.vendor != POSTGRESQL:
            insert(*each)


def _insert_at_once(
    row: Model, groups: Sequence[Sequence[Model]], *, by: str, link: BaseDatabaseWrapper
) -> None:
    inserts = [insert_of(type(row)), *(insert_of(type(each[0]), told=by) for each in groups)]
    rows = [[row], *groups]
    parts = [it.part(each, link=link) for it, each in zip(inserts, rows, strict=True)]
    keys = iter(write([*parts, keys_of(*range(len(parts)))], link=link).rows)
    for it, each in zip(inserts, rows, strict=True):
        it.tell(each, [next(keys) for _row in each], link=link)


@cache
def keys_of(*places: int) -> Part:
    """The last part: the keys that these parts answered, in their order."""
    every = (f"SELECT id FROM part{place}" for place in places)  # noqa: S608  no input
    return Part(" UNION ALL ".join(every), [], answers=True)


class Found(NamedTuple, Generic[M]):
    """A row that is found or added before another one points to it by this foreign key."""

    insert: Insert[M]
    row: M
    by: str
