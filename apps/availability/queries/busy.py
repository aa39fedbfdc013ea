"""What occupies resources in a window, as integers the engine can sweep."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import BigIntegerField, Func

from apps.statements import read

LONGEST_SESSION = timedelta(days=32)


class EpochSeconds(Func):
    """The instant as whole Unix seconds; no zone takes part (rule T16)."""

    output_field = BigIntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **kwargs: Any) -> Any:
        template = "date_part('epoch', %(expressions)s)::bigint"
        return self.as_sql(compiler, connection, template=template, **kwargs)

    def as_sqlite(self, compiler: Any, connection: Any, **kwargs: Any) -> Any:
        template = "CAST(strftime('%%%%s', %(expressions)s) AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, **kwargs)


STATEMENT = """
    SELECT resource_id, {starts_at}, {ends_at}, session_id, COALESCE({expires_at}, 0)
    FROM availability_occupancy
    WHERE resource_id IN ({marks}) AND ends_at > %s AND ends_at < %s AND starts_at < %s
"""
SECONDS = {
    "postgresql": "date_part('epoch', {})::bigint",  # in half the time of EXTRACT, a numeric
    "sqlite": "CAST(strftime('%%s', {}) AS INTEGER)",
}

Row = tuple[int, int, int, int, int]
"""The five columns of a BusyRow, as the driver hands them over."""


class BusyRow(NamedTuple):
    """One occupied span in Unix seconds; expires_at is 0 unless it is a hold."""

    resource_id: int
    starts_at: int
    ends_at: int
    session_id: int
    expires_at: int

    def blocks(self, *, now: int) -> bool:
        """Tell whether this row counts: an expired hold blocks nobody (rule C5)."""
        return not self.expires_at or self.expires_at > now


def find_busy_rows(*, resource_ids: Collection[int], starts_at: int, ends_at: int) -> list[BusyRow]:
    """Return every occupancy that touches [starts_at, ends_at) in Unix seconds.

    Overridden rows and expired holds are among them; whoever asks decides what counts (rule C2:
    the look sees all rows). Served by the index on (resource, ends_at, starts_at).
    """
    rows = read_busy_rows(resource_ids=resource_ids, starts_at=starts_at, ends_at=ends_at)
    return [BusyRow(*row) for row in rows]


def read_busy_rows(*, resource_ids: Collection[int], starts_at: int, ends_at: int) -> list[Row]:
    """Return the same rows as bare tuples, for a month of many people.

    Plain SQL, because every booking asks four times and every page of times once: composing the
    query anew took longer than reading a day, and a named row each as long as reading a month.
    """
    ids = list(resource_ids)
    if not ids:
        return []
    link = connections[DEFAULT_DB_ALIAS]
    window_end = datetime.fromtimestamp(ends_at, UTC)
    edges = (datetime.fromtimestamp(starts_at, UTC), window_end + LONGEST_SESSION, window_end)
    adapt = link.ops.adapt_datetimefield_value
    values = [*ids, *map(adapt, edges)]
    # One person is what holds and bookings ask for; of many there are too many statements to keep.
    rows: list[Row] = read(
        _statement(link.vendor, len(ids)), values, link=link, prepares=len(ids) == 1
    )
    return rows


@lru_cache(maxsize=256)
def _statement(vendor: str, count: int) -> str:
    seconds = SECONDS[vendor]
    columns = {name: seconds.format(name) for name in ("starts_at", "ends_at", "expires_at")}
    return STATEMENT.format(marks=", ".join(["%s"] * count), **columns)
