"""Bookings of one person that overlap stand beside each other, never on top. No query."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from apps.dashboard.frame.queries.rows import BookingRow

COLUMNS = 12
"""Of the grid of a lane: whole, halves, thirds, quarters, sixths."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A booking with its first column (from 1) and how many of the twelve it is wide."""

    row: BookingRow
    column: int
    width: int


def place_side_by_side(rows: Sequence[BookingRow]) -> tuple[Placed, ...]:
    """Give each booking its columns; rows are in order of their start.

    Everybody in a cluster of overlapping bookings gets the same width. Beyond twelve at once the
    last column is shared, which keeps them readable in the list that phones and readers get.
    """
    return tuple(placed for cluster in _clusters(rows) for placed in _columns(cluster))


def _clusters(rows: Sequence[BookingRow]) -> Iterator[list[BookingRow]]:
    cluster: list[BookingRow] = []
    for row in rows:
        if cluster and row.starts_at >= max(it.ends_at for it in cluster):
            yield cluster
            cluster = []
        cluster.append(row)
    if cluster:
        yield cluster


def _columns(cluster: Sequence[BookingRow]) -> Iterator[Placed]:
    """First fit: each booking takes the first column that is free again."""
    taken: list[BookingRow] = []
    places = []
    for row in cluster:
        free = (at for at, last in enumerate(taken) if last.ends_at <= row.starts_at)
        at = next(free, len(taken))
        taken[at : at + 1] = [row]
        places.append(at)
    width = max(1, COLUMNS // len(taken))
    for row, at in zip(cluster, places, strict=True):
        yield Placed(row, column=min(at * width, COLUMNS - width) + 1, width=width)
