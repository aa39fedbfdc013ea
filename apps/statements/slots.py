"""The places of a composed statement that are filled in each time it runs."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BooleanField,
    CharField,
    DateTimeField,
    Expression,
    Field,
    ForeignKey,
    IntegerField,
    Model,
    TextField,
)
from django.db.models.sql.compiler import SQLCompiler

PLAIN: Mapping[type["Field[Any, Any]"], type] = {
    BooleanField: bool,
    CharField: str,
    DateTimeField: datetime,
    IntegerField: int,
    TextField: str,
}


class Slot(Expression):
    """Stands in a queryset where a value of this name will stand in the statement.

    A number, a text, an instant or None fits as it is; anything else a column keeps is written by
    ``insert`` and ``save_columns_with``, which ask the field.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(
        self,
        compiler: SQLCompiler,  # noqa: ARG002  Django's signature
        connection: BaseDatabaseWrapper,  # noqa: ARG002
    ) -> tuple[str, tuple[Any, ...]]:
        """The place itself among the parameters, for ``fill`` to find."""
        return "%s", (self,)


class Told(Expression):
    """Stands for the key of the row that the first part of a statement inserts (``write``)."""

    def as_sql(
        self,
        compiler: SQLCompiler,  # noqa: ARG002  Django's signature
        connection: BaseDatabaseWrapper,  # noqa: ARG002
    ) -> tuple[str, tuple[Any, ...]]:
        """Names the first part."""
        return "(SELECT id FROM part0)", ()


def fill(
    parameters: Iterable[Any], values: Mapping[str, Any], *, link: BaseDatabaseWrapper
) -> list[Any]:
    """Put the values into the slots, as the database wants them.

    Raises:
        KeyError: a value is missing.
    """
    filled = [values[it.name] if type(it) is Slot else it for it in parameters]
    adapt = link.ops.adapt_datetimefield_value
    return [adapt(it) if isinstance(it, datetime) else it for it in filled]


class Column(NamedTuple):
    """A field with its place in a row and the kind of value that needs no preparing."""

    field: "Field[Any, Any]"
    name: str
    plain: type | None


def columns_of(fields: Iterable["Field[Any, Any]"]) -> list[Column]:
    """What ``column_values`` has to know of these fields."""
    return [Column(field, field.attname, _plain_kind(field)) for field in fields]


def column_values(
    row: Model, columns: Sequence[Column], *, add: bool, link: BaseDatabaseWrapper
) -> list[Any]:
    """What ``save`` would hand to the driver for these columns of a row.

    Plain values of plain fields are not prepared: they are most of it, and come out as they were.
    """
    known = row.__dict__
    adapt = link.ops.adapt_datetimefield_value
    values = []
    for field, name, plain in columns:
        value = known[name] if plain else None
        if plain is datetime and value is not None and value.tzinfo:
            value = adapt(value)
        elif plain is None or not (value is None or isinstance(value, plain)):
            value = field.get_db_prep_save(field.pre_save(row, add), link)
        values.append(value)
    return values


def _plain_kind(field: "Field[Any, Any]") -> type | None:
    """Django's own fields only, and none that fill themselves in."""
    while isinstance(field, ForeignKey):
        field = field.target_field
    if not type(field).__module__.startswith("django.db.models"):
        return None
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return None
    return next((kind for it, kind in PLAIN.items() if isinstance(field, it)), None)
