"""Lock, look, guard: the steps every writer of scarce time shares (rule C2)."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from apps.availability.constraints import translating
from apps.availability.engine.inputs import Search
from apps.availability.models import Occupancy
from apps.availability.operations.errors import SlotTaken, saying_busy
from apps.availability.queries import BusyRow, find_busy_rows
from apps.catalog.models import Resource


@contextmanager
def locked_resources(*, resource_ids: Collection[int]) -> Iterator[None]:
    """Hold the rows of these resources locked, in key order, until the transaction ends.

    FOR NO KEY UPDATE lets rows that reference a resource be inserted meanwhile; what is looked up
    inside is a new statement after the lock (rule C2). SQLite is already alone: its transactions
    begin IMMEDIATE.

    Raises:
        BusyTryAgain: the lock did not come within lock_timeout.
        SlotTaken: the database refused an overlap (resource_occupied_once).
    """
    with (
        saying_busy(),
        transaction.atomic(savepoint=False),
        translating("resource_occupied_once", to=SlotTaken),
    ):
        if resource_ids:  # a class may be without teacher and room, or be cancelled already
            rows = Resource.objects.select_for_update(no_key=True).filter(pk__in=resource_ids)
            list(rows.order_by("pk").values_list("pk"))
        yield


def lock_resources(*, resource_ids: Collection[int]) -> None:
    """Lock resources in key order until the caller's transaction ends, before several times are
    taken one after the other: each of those then locks nothing new (rule C2).

    Raises:
        BusyTryAgain: the lock did not come in time.
    """
    with locked_resources(resource_ids=resource_ids):
        pass


def purge_expired_and_read(
    *, resource_ids: Collection[int], footprint: tuple[int, int], now: datetime
) -> list[BusyRow]:
    """Return what counts in [start, end) Unix seconds, and delete expired holds in the way.

    To be called under the lock only: it sees overridden rows too (rule C2).
    """
    at = int(now.timestamp())
    rows = list(
        find_busy_rows(resource_ids=resource_ids, starts_at=footprint[0], ends_at=footprint[1])
    )
    lapsed = [row for row in rows if not row.blocks(now=at)]
    if lapsed:
        sessions = {row.session_id for row in lapsed}
        Occupancy.objects.filter(session_id__in=sessions).lapsed(now).delete()
    return [row for row in rows if row.blocks(now=at)]


def with_fresh_busy(
    search: Search, *, rows: Collection[BusyRow], resource_ids: Collection[int], own: int | None
) -> Search:
    """Return the search with what was seen under the lock in place of what was seen before."""
    resources = {
        pk: replace(
            search.resources[pk],
            busy=tuple(
                sorted(
                    (row.starts_at, row.ends_at)
                    for row in rows
                    if row.resource_id == pk and row.session_id != own
                )
            ),
        )
        for pk in resource_ids
        if pk in search.resources
    }
    return replace(search, resources={**search.resources, **resources})
