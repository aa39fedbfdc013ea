"""Work that is found by looking: everything that is due gets its turn, in order, on every look."""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet

T = TypeVar("T")
logger = logging.getLogger("apps.outbox")

BATCH_SIZE = 200
"""So many keys are read by one statement."""
AWAY = 3
"""So many times in a row is no lock that did not come: the database is away."""


def keys_in_order(rows: QuerySet[Any], *, batch_size: int = BATCH_SIZE) -> Iterator[int]:
    """Yield the keys of all rows, lowest first, read a batch at a time.

    Each batch begins after the last key of the one before, never at the start again: what is still
    due after its turn (its provider is away, somebody has to answer first) stands in nobody's way.
    Rows that are settled meanwhile are not yielded.
    """
    last = 0
    while batch := list(
        rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:batch_size]
    ):
        yield from batch
        last = batch[-1]


def sweep(
    rows: QuerySet[Any], do: Callable[[int], int | None], *, batch_size: int = BATCH_SIZE
) -> int:
    """Call ``do`` with the key of every row, in order; return the sum of what it answers."""
    return each(keys_in_order(rows, batch_size=batch_size), do)


def each(due: Iterable[T], do: Callable[[T], int | None]) -> int:
    """Give everything its turn; return the sum of what ``do`` answers.

    ``do`` opens a transaction of its own. One that fails is logged, and the next has its turn; only
    a database that is away ends the sweep.
    """
    done, in_a_row = 0, 0
    for it in due:
        try:
            done += int(do(it) or 0)
            in_a_row = 0
        except (OperationalError, InterfaceError):
            in_a_row += 1  # once it may be a lock that did not come
            if in_a_row == AWAY:
                raise
            logger.warning("a sweep passed over %s: the database was busy", it)
        except Exception:  # whatever is wrong with this one, the others wait
            logger.exception("a sweep passed over %s", it)
    return done
