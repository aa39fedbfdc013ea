"""A queryset composed once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet
from django.db.transaction import TransactionManagementError

from apps.statements.running import read
from apps.statements.slots import fill

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class _Composed(Generic[M]):
    model: type[M]
    statement: str
    parameters: tuple[Any, ...]
    names: list[str]
    columns: slice
    annotations: dict[str, int]
    converters: list[tuple[int, list[Callable[..., Any]], Any]]
    locks: bool


class Select(Generic[M]):
    """Rows of one model by a queryset with slots in it: its own columns and annotations, no joins.

    The queryset is made at the first call, when all models are there and a transaction is open if
    it locks rows. It has to find its rows by a key, because its plan is kept (``read``).
    """

    def __init__(self, make: Callable[[], QuerySet[M]]) -> None:
        self._make = make
        self._composed: dict[str, _Composed[M]] = {}

    def all(self, **values: Any) -> list[M]:
        """Return the rows for these values of the slots.

        Raises:
            TransactionManagementError: it locks rows, and no transaction is open.
        """
        link = connections[DEFAULT_DB_ALIAS]
        composed = self._compose(link)
        rows = self._read(composed, values, link=link)
        return [_instance(composed, row, link=link) for row in rows]

    def first(self, **values: Any) -> M | None:
        """Return the first of them, or nothing."""
        return next(iter(self.all(**values)), None)

    def lock(self, **values: Any) -> None:
        """Read the rows for the sake of their locks alone."""
        link = connections[DEFAULT_DB_ALIAS]
        self._read(self._compose(link), values, link=link)

    def _read(
        self, composed: _Composed[M], values: dict[str, Any], *, link: BaseDatabaseWrapper
    ) -> list[Any]:
        if composed.locks and not link.in_atomic_block:
            raise TransactionManagementError("Rows are locked until a transaction ends.")
        parameters = fill(composed.parameters, values, link=link)
        return read(composed.statement, parameters, link=link, prepares=True)

    def _compose(self, link: BaseDatabaseWrapper) -> _Composed[M]:
        known = self._composed.get(link.vendor)
        if known is None:
            known = self._composed[link.vendor] = _compose(self._make(), link=link)
        return known


def _compose(rows: QuerySet[M], *, link: BaseDatabaseWrapper) -> _Composed[M]:
    compiler = rows.query.get_compiler(connection=link)
    statement, parameters = compiler.as_sql()
    known: Any = compiler.klass_info
    select: list[Any] = compiler.select or []
    columns = slice(known["select_fields"][0], known["select_fields"][-1] + 1)
    converters = compiler.get_converters([column for column, _sql, _alias in select])
    return _Composed(
        model=rows.model,
        statement=statement,
        parameters=tuple(parameters),
        names=[column.target.attname for column, _sql, _alias in select[columns]],
        columns=columns,
        annotations=dict(compiler.annotation_col_map or {}),
        converters=[(place, *found) for place, found in converters.items()],
        locks=rows.query.select_for_update,
    )


def _instance(composed: _Composed[M], row: Any, *, link: BaseDatabaseWrapper) -> M:
    values = list(row)
    for place, convert, column in composed.converters:
        for each in convert:
            values[place] = each(values[place], column, link)
    found = composed.model.from_db(link.alias, composed.names, values[composed.columns])
    for name, place in composed.annotations.items():
        setattr(found, name, values[place])
    return found
