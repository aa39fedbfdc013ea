"""What occupies resources in a window, as integers the engine can sweep."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Func

from apps.availability.models import Occupancy
from apps.availability.models.occupancy import Occupancies
from apps.kernel.spans import Span


class EpochSeconds(Func):
    """The instant as whole Unix seconds; no zone takes part (rule T16)."""

    output_field = BigIntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **kwargs: Any) -> Any:
        # In half the time of EXTRACT, which is a numeric.
        template = "date_part('epoch', %(expressions)s)::bigint"
        return self.as_sql(compiler, connection, template=template, **kwargs)

    def as_sqlite(self, compiler: Any, connection: Any, **kwargs: Any) -> Any:
        template = "CAST(strftime('%%%%s', %(expressions)s) AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, **kwargs)


class BusyRow(NamedTuple):
    """One occupied span in Unix seconds; expires_at is None unless it is a hold."""

    resource_id: int
    starts_at: int
    ends_at: int
    session_id: int
    expires_at: int | None

    def blocks(self, *, now: int) -> bool:
        """Tell whether this row counts: an expired hold blocks nobody (rule C5)."""
        return self.expires_at is None or self.expires_at > now


def find_busy_rows(*, resource_ids: Collection[int], starts_at: int, ends_at: int) -> list[BusyRow]:
    """Return every occupancy that touches [starts_at, ends_at) in Unix seconds.

    Overridden rows and expired holds are among them; whoever asks decides what counts (rule C2:
    the look sees all rows).
    """
    rows = Occupancy.objects.filter(resource_id__in=resource_ids)
    return busy_rows_of(rows.touching(Span.from_seconds((starts_at, ends_at))))


def busy_rows_of(rows: Occupancies) -> list[BusyRow]:
    """Return these rows of occupied time in Unix seconds, in one query."""
    columns = rows.values_list("resource_id", "starts_at", "ends_at", "session_id", "expires_at")
    return [
        BusyRow(pk, _seconds(start), _seconds(end), session_id, _seconds(until) if until else None)
        for pk, start, end, session_id, until in columns
    ]


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())


def read_busy_spans(
    *, resource_ids: Collection[int], span: Span, besides: int | None, now: datetime
) -> list[tuple[int, int, int]]:
    """Return (resource id, start, end) in Unix seconds of what counts now and touches a span, as
    bare tuples, for a month of many people; besides is a session that is in nobody's way."""
    rows = Occupancy.objects.filter(resource_id__in=resource_ids).touching(span).live(now)
    others = rows if besides is None else rows.exclude(session_id=besides)
    seconds = (EpochSeconds("starts_at"), EpochSeconds("ends_at"))
    return list(others.values_list("resource_id", *seconds))
