"""What issues 2 and 3 promise, held against what a leg found. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from benchmarks.clients import Load
from benchmarks.committing import Committing
from benchmarks.figures import Aim, ratio
from benchmarks.journey import Journey
from benchmarks.pages import Page
from benchmarks.picker import MONTH_DAYS, Reading

Case = tuple[int, int, int]
"""Size of the table, people, days."""

SMALL, BIG = 1_000, 1_000_000
MAX_QUERIES = 12
STATUS_OK = 200
DAY_LIMIT = 12.0  # milliseconds, with 10 people
MONTH_LIMITS = {10: 25.0, 100: 90.0}
CLIENTS = 8
MAX_MOVE_RATIO = 1.2
PAGE_LIMITS = {"Timetable": 40}
FLASH_PLACES = 20


@dataclass
class Remembered:
    """Everything a leg measured."""

    vendor: str
    readings: dict[Case, Reading] = field(default_factory=dict)
    fragments: dict[Case, Page] = field(default_factory=dict)
    moves: dict[Case, Page] = field(default_factory=dict)
    committing: dict[int, Committing] = field(default_factory=dict)
    journeys: dict[int, Journey] = field(default_factory=dict)
    empty: dict[int, Load] = field(default_factory=dict)
    storm: list[Load] = field(default_factory=list)
    pages: dict[str, Page] = field(default_factory=dict)
    flash: Load | None = None


def aims_of(found: Remembered) -> list[Aim]:
    """Every aim; those for PostgreSQL at a million bookings say so by "not measured" elsewhere."""
    return [
        *_growth(found),
        *(_postgres_at_a_million(found) if found.vendor == "postgresql" else ()),
        _aim("queries of a picker fragment", MAX_QUERIES, _most_queries(found), "queries"),
        *_moves(found),
        *_storm(found.storm),
        *_pages(found),
        *_flash(found.flash),
    ]


def _growth(found: Remembered) -> Iterable[Aim]:
    """Best against best: minutes lie between the two sizes, and whatever else ran in them."""
    for name, cases in (("engine", found.readings), ("fragment", found.fragments)):
        ratios = [
            ratio(cases[(BIG, staff, days)].timing.best, small.timing.best)
            for (size, staff, days), small in cases.items()
            if size == SMALL and (BIG, staff, days) in cases
        ]
        yield _aim(f"picker {name}, 1m : 1k, worst case", 1.3, max(ratios, default=None), "times")


def _postgres_at_a_million(found: Remembered) -> Iterable[Aim]:
    for name, cases in (("engine", found.readings), ("fragment", found.fragments)):
        day = cases.get((BIG, 10, 1))
        yield _aim(
            f"picker day {name}, 10 people", DAY_LIMIT, day.timing.median if day else None, "ms"
        )
        for staff, limit in MONTH_LIMITS.items():
            month = cases.get((BIG, staff, MONTH_DAYS))
            value = month.timing.median if month else None
            yield _aim(f"picker month {name}, {staff} people", limit, value, "ms")
    eight = found.committing.get(CLIENTS)
    for name in ("hold", "submit"):
        share = 100 * ratio(getattr(eight, name).rate, eight.floor.rate) if eight else None
        yield _aim(f"{name} in process, share of bare inserts", 25, share, "%", at_most=False)
    journey = found.journeys.get(CLIENTS)
    rate = journey.bookings_per_second if journey else None
    yield _aim("hold and details POST, 8 clients", 100, rate, "bookings/s", at_most=False)


def _moves(found: Remembered) -> Iterable[Aim]:
    """The page that moves a booking beside the picker around the same days, of the same run."""
    ratios = [
        ratio(page.timing.best, found.fragments[case].timing.best)
        for case, page in found.moves.items()
        if page.status == STATUS_OK and case in found.fragments
    ]
    whole = ratios and len(ratios) == len(found.moves)
    worst = max(ratios) if whole else None
    yield _aim("move page : picker fragment, worst case", MAX_MOVE_RATIO, worst, "times")


def _most_queries(found: Remembered) -> float | None:
    return max((page.queries for page in found.fragments.values()), default=None)


def _storm(rounds: list[Load]) -> Iterable[Aim]:
    wrong = sum(not has_one_winner(told) for told in rounds)
    yield _aim("storm rounds without exactly one winner", 0, wrong if rounds else None, "rounds")


def has_one_winner(told: Load) -> bool:
    """One won, and nobody met an error of the server."""
    won = told.outcomes["won"].runs if "won" in told.outcomes else 0
    return won == 1 and not told.errors and not any(word[:1] == "5" for word in told.outcomes)


def _flash(flash: Load | None) -> Iterable[Aim]:
    """Five hundred people, twenty places: as many hold one, and nobody meets an error."""
    held = flash.outcomes["held"].runs if flash and "held" in flash.outcomes else None
    yield _aim("places held of twenty by 500 people", FLASH_PLACES, held, "places")
    yield _aim("and at least", FLASH_PLACES, held, "places", at_most=False)
    wrong = None
    if flash:
        others = [it.runs for word, it in flash.outcomes.items() if word not in {"held", "409"}]
        wrong = flash.errors.total() + sum(others)
    yield _aim("other answers in the flash", 0, wrong, "answers")


def _pages(found: Remembered) -> Iterable[Aim]:
    for name, page in found.pages.items():
        value = page.timing.median if page.status == STATUS_OK else None
        yield _aim(f"{name}", PAGE_LIMITS.get(name, 200), value, "ms")


def _aim(
    what: str, limit: float, measured: float | None, unit: str, *, at_most: bool = True
) -> Aim:
    return Aim(what=what, limit=limit, measured=measured, unit=unit, at_most=at_most)
