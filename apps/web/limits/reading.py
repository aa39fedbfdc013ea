"""Limits of pages that are only read: counted in this process, and nowhere else (ADR 19).

A page that writes in order to be shown is gone when the disk is full or somebody holds the write
lock; and whoever reads much costs this process its time, so this process counts.
"""

import threading
from collections.abc import Sequence
from datetime import datetime

from apps.web.limits.counting import Hit, TooMany, hash_of, wait_of, window_start

MOST_COUNTERS = 20_000
"""About 3 MB. Beyond it all are forgotten: reading fails open, unlike holding and paying."""

_lock = threading.Lock()
_counts: dict[tuple[str, datetime], int] = {}


def require_room_to_read(*, hits: Sequence[Hit], now: datetime) -> None:
    """Count hits of somebody who reads, in the memory of this process.

    Several processes allow as many times the limit; what has to hold exactly is counted by
    ``require_room`` in the database.

    Raises:
        TooMany: one of them was too many for this process.
    """
    for hit in hits:
        start = window_start(hit.rule.window, now)
        wait = wait_of(hit.rule, _count((hash_of(hit), start)), start, now)
        if wait:
            raise TooMany(action=hit.rule.action, retry_after=wait)


def forget_readers() -> None:
    """Begin at zero."""
    with _lock:
        _counts.clear()


def _count(key: tuple[str, datetime]) -> int:
    with _lock:
        if len(_counts) >= MOST_COUNTERS and key not in _counts:
            _forget_earlier_windows(key[1])
        _counts[key] = _counts.get(key, 0) + 1
        return _counts[key]


def _forget_earlier_windows(start: datetime) -> None:
    for old in [key for key in _counts if key[1] < start]:
        del _counts[old]
    if len(_counts) >= MOST_COUNTERS:
        _counts.clear()
