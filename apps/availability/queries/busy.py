"""What occupies resources in a window, as integers the engine can sweep (concurrency.md 5)."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Func, Q

from apps.availability.models import Occupancy

LONGEST_SESSION = timedelta(days=32)


class EpochSeconds(Func):
    """The instant as whole Unix seconds; no zone takes part (time.md 7.4)."""

    output_field = BigIntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **kwargs: Any) -> Any:
        template = "EXTRACT(EPOCH FROM %(expressions)s)::bigint"
        return self.as_sql(compiler, connection, template=template, **kwargs)

    def as_sqlite(self, compiler: Any, connection: Any, **kwargs: Any) -> Any:
        template = "CAST(strftime('%%%%s', %(expressions)s) AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, **kwargs)


class BusyRow(NamedTuple):
    """One occupied span in Unix seconds; expires_at is 0 unless it is a hold."""

    resource_id: int
    starts_at: int
    ends_at: int
    session_id: int
    expires_at: int

    def blocks(self, *, now: int) -> bool:
        """Tell whether this row counts: an expired hold blocks nobody (design.md 4, law 5)."""
        return not self.expires_at or self.expires_at > now


def find_busy_rows(
    *, resource_ids: Collection[int], starts_at: int, ends_at: int
) -> Iterator[BusyRow]:
    """Yield every occupancy that touches [starts_at, ends_at) in Unix seconds.

    Overridden rows and expired holds are among them; whoever asks decides what counts (law 2:
    the look sees all rows). Served by the index on (resource, ends_at, starts_at).
    """
    window_start = datetime.fromtimestamp(starts_at, UTC)
    window_end = datetime.fromtimestamp(ends_at, UTC)
    rows = (
        Occupancy.objects.filter(
            Q(resource_id__in=list(resource_ids)),
            ends_at__gt=window_start,
            ends_at__lt=window_end + LONGEST_SESSION,
            starts_at__lt=window_end,
        )
        .order_by()
        .values_list(
            "resource_id",
            EpochSeconds("starts_at"),
            EpochSeconds("ends_at"),
            "session_id",
            EpochSeconds("expires_at"),
        )
    )
    for resource_id, start, end, session_id, expires_at in rows.iterator(chunk_size=5000):
        yield BusyRow(resource_id, start, end, session_id, expires_at or 0)
