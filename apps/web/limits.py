"""How often somebody may do something: fixed windows, counted in the database with one statement,
which is right under any number of processes (rule S5); and for pages that are only read, in the
process that renders them and nowhere else (ADR 19).

Count *before* the operation and outside its transaction: a refused booking has to count too.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.utils.crypto import salted_hmac

from apps.kernel.refusals import Refusal
from apps.web.limit_rules import LimitRule
from apps.web.models import RateCounter

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_COUNTERS = 20_000
"""About 3 MB. Beyond it all are forgotten: reading fails open, unlike holding and paying."""
_lock = threading.Lock()
_counts: dict[tuple[str, datetime], int] = {}


class TooMany(Refusal):
    """Somebody did something too often; ``retry_after`` is the wait in whole seconds."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, *, action: str, retry_after: int) -> None:
        super().__init__(f"{action}: try again in {retry_after} s")
        self.action = action
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that is about to happen: which rule counts it, and for whom. earns: what was paid
    for in the same window comes on top of the limit."""

    rule: LimitRule
    key: str
    earns: bool = False


def count_hits(*, hits: Sequence[Hit], now: datetime) -> int:
    """Count several hits with one statement; return 0 or the longest wait in seconds.

    ``key`` of each says who (an address, a network); only its keyed hash is stored. Windows are
    fixed and begin at whole multiples of ``window`` since 1970, so the wait ends with the window.
    """
    return max((wait for _, wait, _ in _waits(hits, now)), default=0)


def require_room(
    *, hits: Sequence[Hit], now: datetime, earned: Callable[[], int] | None = None
) -> None:
    """Count several hits with one statement, each for the rule it names. earned says how much of
    what was counted was paid for; it is asked only where a hit that earns was too many.

    Raises:
        TooMany: one of them was too many; the longest wait is in the exception (answer 429).
    """
    waits = _waits(hits, now)
    of_earning = {hit.rule.action for hit in hits if hit.earns}
    if earned is not None and any(wait and action in of_earning for action, wait, _ in waits):
        waits = _waits_again(hits, waits, more=earned(), now=now)
    action, wait, _count = max(waits, key=lambda it: it[1], default=("", 0, 0))
    if wait:
        raise TooMany(action=action, retry_after=wait)


def require_room_left(*, hits: Sequence[Hit], now: datetime) -> None:
    """Refuse what was counted as often as allowed, and count nothing: for what only counts when it
    turns out wrong. One query.

    Raises:
        TooMany: nothing more goes in this window.
    """
    starts = {hash_of(hit): window_start(hit.rule.window, now) for hit in hits}
    rows = RateCounter.objects.filter(key_hash__in=starts).values_list(
        "key_hash", "window_started_at", "count"
    )
    counts = {key: count for key, start, count in rows if start == starts[key]}
    for hit in hits:
        start = starts[hash_of(hit)]
        wait = wait_of(hit.rule, counts.get(hash_of(hit), 0) + 1, start, now)
        if wait:
            raise TooMany(action=hit.rule.action, retry_after=wait)


def take_back(*, hits: Sequence[Hit], now: datetime) -> None:
    """Take back what was counted, because it was not what the rule counts."""
    for hit in hits:
        rows = RateCounter.objects.filter(
            key_hash=hash_of(hit), window_started_at=window_start(hit.rule.window, now), count__gt=0
        )
        rows.update(count=F("count") - 1)


def forget_hits(*, hits: Sequence[Hit]) -> int:
    """Delete what was counted for these keys in any window; return how many counters there were."""
    return RateCounter.objects.filter(key_hash__in=[hash_of(hit) for hit in hits]).delete()[0]


def forget_counters(*, now: datetime, keep: timedelta = timedelta(hours=48)) -> int:
    """Delete counters of windows that began longer than ``keep`` ago (rule D4)."""
    return RateCounter.objects.filter(window_started_at__lt=now - keep).delete()[0]


def _waits(hits: Iterable[Hit], now: datetime) -> list[tuple[str, int, int]]:
    """The rule's action, the wait in seconds and the count for every hit, in the order of the
    hash."""
    # Sorted, so that two requests that share keys lock the rows in one order and never deadlock.
    by_hash = sorted({hash_of(hit): hit for hit in hits}.items())
    if not by_hash:
        return []
    starts = {digest: window_start(hit.rule.window, now) for digest, hit in by_hash}
    counts = _upsert([(digest, starts[digest]) for digest, _ in by_hash])
    return [
        (hit.rule.action, wait_of(hit.rule, counts[digest], starts[digest], now), counts[digest])
        for digest, hit in by_hash
    ]


def _waits_again(
    hits: Sequence[Hit], waits: Iterable[tuple[str, int, int]], *, more: int, now: datetime
) -> list[tuple[str, int, int]]:
    """The same where the limit of each hit that earns is higher by so many."""
    by_action = {hit.rule.action: hit for hit in hits}
    found = []
    for action, wait, count in waits:
        hit = by_action[action]
        rule = replace(hit.rule, limit=hit.rule.limit + more) if hit.earns else hit.rule
        left = wait_of(rule, count, window_start(rule.window, now), now) if wait else 0
        found.append((action, left, count))
    return found


def wait_of(rule: LimitRule, count: int, start: datetime, now: datetime) -> int:
    """Seconds until the window ends for whoever is counted beyond the limit, else 0."""
    if count <= rule.limit * _scale():
        return 0
    return max(1, int((start + rule.window - now).total_seconds() + 0.999))


def _scale() -> int:
    """Load tests and the bench come from one address: they raise all limits by this factor."""
    return int(getattr(settings, "RATE_LIMIT_SCALE", 1))


def window_start(window: timedelta, now: datetime) -> datetime:
    """The last whole multiple of the window since 1970."""
    return now - (now - EPOCH) % window


def hash_of(hit: Hit) -> str:
    """HMAC-SHA256 of rule and key under SECRET_KEY: 64 hex digits that tell nobody who it was."""
    salt = f"rate:{hit.rule.action}:{hit.rule.window.total_seconds()}"
    return salted_hmac(salt, hit.key, algorithm="sha256").hexdigest()


def _upsert(rows: Sequence[tuple[str, datetime]]) -> dict[str, int]:
    """Insert or add one, and read the count: one statement on both databases, no lost update."""
    table = RateCounter._meta.db_table
    values = ", ".join(["(%s, %s, 1)"] * len(rows))
    adapt = connection.ops.adapt_datetimefield_value
    parameters: list[Any] = [value for digest, start in rows for value in (digest, adapt(start))]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (key_hash, window_started_at, count) VALUES {values} "  # noqa: S608
            "ON CONFLICT (key_hash, window_started_at) "
            f"DO UPDATE SET count = {table}.count + 1 RETURNING key_hash, count",
            parameters,
        )
        return dict(cursor.fetchall())


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
        if len(_counts) >= MAX_COUNTERS and key not in _counts:
            _forget_earlier_windows(key[1])
        _counts[key] = _counts.get(key, 0) + 1
        return _counts[key]


def _forget_earlier_windows(start: datetime) -> None:
    for old in [key for key in _counts if key[1] < start]:
        del _counts[old]
    if len(_counts) >= MAX_COUNTERS:
        _counts.clear()
