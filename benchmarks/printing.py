"""From measured figures to lines for a person."""

from collections.abc import Iterable, Mapping

from django.db import connection

from benchmarks.aims import has_one_winner
from benchmarks.clients import Load
from benchmarks.committing import Committing
from benchmarks.figures import percentile, ratio
from benchmarks.journey import Journey
from benchmarks.pages import Page
from benchmarks.picker import Reading
from benchmarks.tables import ms, per_second, table, times

SAFETY = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers")


def database_words() -> str:
    """Which database, and how careful it is with the disk: part of every figure."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sqlite_version()")
            version = cursor.fetchone()[0]
            return f"SQLite {version}, WAL, synchronous=NORMAL, a temporary file"
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
        settings = []
        for name in SAFETY:
            cursor.execute(f"SHOW {name}")
            settings.append(f"{name}={cursor.fetchone()[0]}")
    return f"PostgreSQL {version}, throw-away, unix socket, {', '.join(settings)}"


def picker_table(lines: Iterable[tuple[int, int, Reading, Page]]) -> str:
    """Milliseconds; "of floor" is the engine's median over the bare read of the same rows."""
    head = (
        *("people, days", "rows", "bare read", "engine", "p95", "of floor", "queries"),
        *("fragment", "p95", "queries"),
    )
    return table(head, [_picker_line(*line) for line in lines])


def _picker_line(staff: int, days: int, reading: Reading, page: Page) -> tuple[str, ...]:
    return (
        f"{staff:>3} x {days:>2}",
        str(reading.rows),
        ms(reading.floor.median),
        ms(reading.timing.median),
        ms(reading.timing.p95),
        times(ratio(reading.timing.median, reading.floor.median)),
        str(reading.queries),
        ms(page.timing.median),
        ms(page.timing.p95),
        str(page.queries),
    )


def committing_table(measured: Iterable[Committing]) -> str:
    """Rates per second of all clients together, and their share of the bare inserts."""
    lines = []
    for it in measured:
        for name, load in (("hold", it.hold), ("submit", it.submit), ("bare insert", it.floor)):
            lines.append(
                (
                    f"{name}, {it.clients} client{'s' * (it.clients > 1)}",
                    per_second(load.rate),
                    ms(load.timing.median),
                    ms(load.timing.p95),
                    f"{100 * ratio(load.rate, it.floor.rate):.1f} %",
                    str(load.errors.total()),
                )
            )
    return table(("What", "per second", "median ms", "p95 ms", "of floor", "errors"), lines)


def journey_table(journey: Journey, *, empty: Load, floor: Load) -> str:
    """Every request of the journey, the two floors, and hold + details together."""
    steps = {name: load for name, load in journey.steps.items() if name != "rest"}
    lines = [
        (
            name,
            per_second(load.rate),
            ms(load.timing.median),
            ms(load.timing.p95),
            times(ratio(load.timing.median, empty.timing.median)),
            str(load.errors.total()),
        )
        for name, load in [*steps.items(), ("empty answer (floor)", empty)]
    ]
    head = (
        f"{journey.clients} client(s)",
        "per second",
        "median ms",
        "p95 ms",
        "of floor",
        "errors",
    )
    rate = journey.bookings_per_second
    share = 100 * ratio(rate, floor.rate)
    words = f"hold and details together: {rate:.0f} bookings/s, {share:.1f} % of bare inserts"
    return f"{table(head, lines)}\n{words}, {journey.errors} errors"


def storm_words(rounds: list[Load]) -> str:
    """Who won, and how long the others waited for their answer."""
    lost = [timing for told in rounds for word, timing in told.outcomes.items() if word != "won"]
    winners = sum(has_one_winner(told) for told in rounds)
    answers = sorted({word for told in rounds for word in told.outcomes})
    lines = [
        f"{winners} of {len(rounds)} rounds with exactly one winner and no error",
        f"answers: {', '.join(answers)}; errors: {sum(it.errors.total() for it in rounds)}",
    ]
    if lost:
        median = percentile([timing.median for timing in lost], 0.5)
        worst = max(timing.p95 for timing in lost)
        lines.append(f"losers: median {ms(median)} ms, p95 of the slowest round {ms(worst)} ms")
    return "\n".join(lines)


def flash_words(flash: Load) -> str:
    """How many held a place, what the others were told, and how long an answer took."""
    told = ", ".join(f"{word}: {it.runs}" for word, it in sorted(flash.outcomes.items()))
    timing = f"median {ms(flash.timing.median)} ms, p95 {ms(flash.timing.p95)} ms"
    return f"{told}; errors: {flash.errors.total()}; {timing}; {per_second(flash.rate)} a second"


def pages_table(pages: Mapping[str, Page]) -> str:
    """Milliseconds of the server for a whole page, beside a bare read of the rows it shows."""
    lines = [
        (
            f"{name} ({page.status})",
            ms(page.timing.median),
            ms(page.timing.p95),
            str(page.queries),
            ms(page.floor.median),
            times(ratio(page.timing.median, page.floor.median)),
        )
        for name, page in pages.items()
    ]
    return table(("Page", "median ms", "p95 ms", "queries", "bare read", "of floor"), lines)
