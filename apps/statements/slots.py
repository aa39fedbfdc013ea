"""The places of a composed statement that are filled in each time it runs."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BooleanField,
    CharField,
    Expression,
    Field,
    ForeignKey,
    IntegerField,
    Model,
    TextField,
)
from django.db.models.sql.compiler import SQLCompiler

PLAIN = (BooleanField, CharField, ForeignKey, IntegerField, TextField)
AS_IT_IS = frozenset({bool, int, str})


class Slot(Expression):
    """Stands in a queryset where a value of this name will stand in the statement.

    A number, a text, an instant or None fits as it is; anything else a column keeps is written by
    ``insert`` and ``save_columns``, which ask the field.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        """The place itself among the parameters, for ``fill`` to find."""
        return "%s", [self]


class Told(Expression):
    """Stands for the key of the row that the statement before this one inserts (``write``)."""

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        """Names the first part."""
        return "(SELECT id FROM part0)", []


def fill(
    parameters: Iterable[Any], values: Mapping[str, Any], *, link: BaseDatabaseWrapper
) -> list[Any]:
    """Put the values into the slots, as the database wants them.

    Raises:
        KeyError: a value is missing.
    """
    filled = [values[it.name] if isinstance(it, Slot) else it for it in parameters]
    adapt = link.ops.adapt_datetimefield_value
    return [adapt(it) if isinstance(it, datetime) else it for it in filled]


def column_values(
    row: Model, fields: Iterable["Field[Any, Any]"], *, add: bool, link: BaseDatabaseWrapper
) -> list[Any]:
    """What ``save`` would hand to the driver for these columns of a row.

    Plain values of plain fields are not prepared: that is the most of it, and changes nothing.
    """
    values = []
    for field in fields:
        value = field.pre_save(row, add)
        is_ready = value is None or (type(value) in AS_IT_IS and isinstance(field, PLAIN))
        values.append(value if is_ready else field.get_db_prep_save(value, link))
    return values
