"""The picker's two questions, straight to the engine: one day, and a month of days."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.availability.engine.slots import find_slots, free_days
from apps.availability.queries.search import load_search
from apps.bookings.queries.offered import slot_query
from apps.businesses.queries import get_public_business
from apps.catalog.queries import choose, get_service
from benchmarks.figures import Timing
from benchmarks.stage import Troupe

MONTH_DAYS = 30
WARM_UP = 3
BUSY_ROWS = {
    "postgresql": """
        SELECT resource_id, EXTRACT(EPOCH FROM starts_at)::bigint,
               EXTRACT(EPOCH FROM ends_at)::bigint, session_id, expires_at
        FROM availability_occupancy
        WHERE resource_id = ANY(%s) AND ends_at > %s AND ends_at < %s AND starts_at < %s
    """,
    "sqlite": """
        SELECT resource_id, CAST(strftime('%%s', starts_at) AS INTEGER),
               CAST(strftime('%%s', ends_at) AS INTEGER), session_id, expires_at
        FROM availability_occupancy
        WHERE resource_id IN ({marks}) AND ends_at > %s AND ends_at < %s AND starts_at < %s
    """,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One question measured: the portal's time, the bare read of the same rows, the queries."""

    timing: Timing
    floor: Timing
    queries: int
    rows: int


def repeat(work: Callable[[], object], *, seconds: float, most: int = 200) -> Timing:
    """Run until the seconds or the runs are used up, after a few runs that do not count."""
    for _ in range(WARM_UP):
        work()
    taken: list[float] = []
    until = time.perf_counter() + seconds
    while len(taken) < most and (time.perf_counter() < until or len(taken) < WARM_UP):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return Timing.of(taken)


def repeat_in_turn(
    first: Callable[[], object], second: Callable[[], object], *, seconds: float, most: int = 200
) -> tuple[Timing, Timing]:
    """Run two in turn, each as long as ``repeat`` does one: whatever else the machine does
    meanwhile it does to both."""
    for _ in range(WARM_UP):
        first(), second()
    taken: tuple[list[float], list[float]] = ([], [])
    until = time.perf_counter() + 2 * seconds
    while len(taken[0]) < most and (time.perf_counter() < until or len(taken[0]) < WARM_UP):
        for work, mine in zip((first, second), taken, strict=True):
            started = time.perf_counter()
            work()
            mine.append(time.perf_counter() - started)
    return Timing.of(taken[0]), Timing.of(taken[1])


def count_queries(work: Callable[[], object]) -> int:
    """The statements one run sends."""
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


def measure_reading(
    troupe: Troupe, *, days: int, first: date, now: datetime, seconds: float
) -> Reading:
    """Ask for ``days`` local days from ``first`` on, and read the same rows barely."""
    last = first + timedelta(days=days - 1)

    def ask() -> object:
        business = get_public_business(slug=troupe.business.slug)
        service = get_service(business=business, slug=troupe.service.slug)
        query = slot_query(choice=choose(service=service))
        search = load_search(query=query, first=first, last=last, now=now)
        if days == 1:
            return find_slots(search, first=first, last=last)
        return free_days(search, first=first, last=last)

    def read() -> list[Any]:
        return read_busy_rows(troupe, first=first, last=last)

    return Reading(
        timing=repeat(ask, seconds=seconds),
        floor=repeat(read, seconds=seconds / 2),
        queries=count_queries(ask),
        rows=len(read()),
    )


def read_busy_rows(troupe: Troupe, *, first: date, last: date) -> list[Any]:
    """The floor: the rows of the window by the driver alone, a day around it as the engine does."""
    day = timedelta(days=1)
    start = datetime.combine(first - day, datetime.min.time(), UTC)
    end = datetime.combine(last + 2 * day, datetime.min.time(), UTC)
    window = (start, end + timedelta(days=32), end)
    driver = connection.connection
    ids = list(troupe.resource_ids)
    if connection.vendor == "postgresql":
        return list(driver.execute(BUSY_ROWS["postgresql"], (ids, *window)).fetchall())
    marks = ", ".join("?" * len(ids))
    statement = BUSY_ROWS["sqlite"].format(marks=marks).replace("%%", "%").replace("%s", "?")
    statement = statement.replace("strftime('?'", "strftime('%s'")
    texts = [f"{instant:%Y-%m-%d %H:%M:%S}" for instant in window]
    return list(driver.execute(statement, (*ids, *texts)).fetchall())
