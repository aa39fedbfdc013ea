"""A queryset composed once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.transaction import TransactionManagementError

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


class Question(Generic[M]):
    """Rows of one model by a queryset with slots in it: its own columns and annotations, no joins.

    The queryset is made at the first call, when all models are there and a transaction is open if
    it locks rows.
    """

    def __init__(self, make: Callable[[], QuerySet[M]]) -> None:
        self._make = make
        self._composed: dict[str, _Composed[M]] = {}

    def ask(self, **values: Any) -> list[M]:
        """Return the rows for these values of the slots.

        Raises:
            TransactionManagementError: it locks rows, and no transaction is open.
        """
        composed = self._composed.get(connection.vendor) or self._compose()
        if composed.locks and not connection.in_atomic_block:
            raise TransactionManagementError("rows are locked until the end of a transaction")
        with connection.cursor() as cursor:
            cursor.execute(composed.statement, fill(composed.parameters, values))
            rows = cursor.fetchall()
        return [_instance(composed, list(row)) for row in rows]

    def first(self, **values: Any) -> M | None:
        """Return the first of them, or nothing."""
        return next(iter(self.ask(**values)), None)

    def _compose(self) -> _Composed[M]:
        query = self._make().query
        compiler = query.get_compiler(connection=connection)
        statement, parameters = compiler.as_sql()
        known: Any = compiler.klass_info
        select: list[Any] = compiler.select or []
        fields = known["select_fields"]
        columns = slice(fields[0], fields[-1] + 1)
        converters = compiler.get_converters([column for column, _sql, _alias in select])
        composed: _Composed[M] = _Composed(
            model=known["model"],
            statement=statement,
            parameters=tuple(parameters),
            names=[column.target.attname for column, _sql, _alias in select[columns]],
            columns=columns,
            annotations=dict(compiler.annotation_col_map or {}),
            converters=[(place, *found) for place, found in converters.items()],
            locks=query.select_for_update,
        )
        self._composed[connection.vendor] = composed
        return composed


def _instance(composed: _Composed[M], row: list[Any]) -> M:
    for place, convert, column in composed.converters:
        for each in convert:
            row[place] = each(row[place], column, connection)
    found = composed.model.from_db(connection.alias, composed.names, row[composed.columns])
    for name, place in composed.annotations.items():
        setattr(found, name, row[place])
    return found
