"""Random questions for the engine: awkward zones and dates, odd hours, crowded calendars."""

from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from apps.availability.engine.inputs import (
    DateRule,
    Hours,
    Limits,
    Requirement,
    ResourceFacts,
    Search,
    Selection,
    Shape,
    WeeklyRange,
)
from apps.availability.engine.zones import day_bounds

# Zones with the date of a change: half-hour changes, midnight gaps, none at all.
CHANGES = [
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/St_Johns", date(2026, 3, 8)),
    ("America/St_Johns", date(2026, 11, 1)),
    ("America/Santiago", date(2026, 9, 6)),
    ("America/Santiago", date(2027, 4, 4)),
    ("Africa/Cairo", date(2026, 4, 24)),
    ("Africa/Cairo", date(2026, 10, 30)),
    ("Asia/Kathmandu", date(2026, 5, 1)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Europe/Berlin", date(2027, 3, 28)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Antarctica/Troll", date(2026, 3, 29)),
]
PLACES = st.sampled_from([None, None, None, 1, 2])


class Question(NamedTuple):
    search: Search
    first: date
    last: date
    dates_in: ZoneInfo | None


@st.composite
def minute_ranges(draw: DrawFn) -> tuple[int, int]:
    if draw(st.integers(0, 4)) == 0:
        start, length = draw(st.integers(0, 1439)), draw(st.integers(1, 600))
    else:
        start, length = 15 * draw(st.integers(0, 95)), 15 * draw(st.integers(2, 48))
    return start, start + length


@st.composite
def weekly_ranges(draw: DrawFn, on: date) -> WeeklyRange:
    start, end = draw(minute_ranges())
    weekday = (on + timedelta(days=draw(st.integers(-1, 2)))).weekday()
    valid_from = draw(st.sampled_from([None, None, None, on, on + timedelta(days=1)]))
    valid_to = draw(st.sampled_from([None, None, None, on, on + timedelta(days=1)]))
    return WeeklyRange(weekday, start, end, valid_from, valid_to, draw(PLACES))


@st.composite
def date_rules(draw: DrawFn, on: date) -> DateRule:
    ranges = tuple(draw(st.lists(minute_ranges(), max_size=2)))
    return DateRule(on + timedelta(days=draw(st.integers(-1, 2))), ranges, draw(PLACES))


@st.composite
def hours(draw: DrawFn, on: date, *, most: int = 6) -> Hours:
    weekly = draw(st.lists(weekly_ranges(on), min_size=1, max_size=most))
    everyday = draw(st.booleans())
    if everyday:  # otherwise few examples would have anything open
        start, end = draw(minute_ranges())
        weekly += [WeeklyRange(weekday, start, end) for weekday in range(7)]
    exceptions = draw(st.lists(date_rules(on), max_size=2))
    return Hours(tuple(weekly), tuple(exceptions))


@st.composite
def own_hours(draw: DrawFn, on: date) -> Hours | None:
    kind = draw(st.sampled_from(["follows", "follows", "own", "own", "exceptions", "abroad"]))
    if kind == "follows":
        return None
    found = draw(hours(on))
    if kind == "exceptions":
        return Hours(None, found.exceptions)
    zone = ZoneInfo(draw(st.sampled_from(CHANGES))[0]) if kind == "abroad" else None
    return Hours(found.weekly, found.exceptions, zone)


@st.composite
def resources(draw: DrawFn, resource_id: int, on: date, midnight: int) -> ResourceFacts:
    starts = draw(st.lists(st.integers(-120, 600), max_size=8))
    lengths = draw(st.lists(st.integers(1, 40), min_size=len(starts), max_size=len(starts)))
    busy = tuple(
        (midnight + start * 300, midnight + (start + length) * 300)
        for start, length in sorted(zip(starts, lengths, strict=True))
    )
    booked = {on + timedelta(days=it): draw(st.integers(0, 3)) for it in range(3)}
    rank = draw(st.integers(0, 2))
    return ResourceFacts(resource_id, draw(own_hours(on)), busy, rank, booked)


@st.composite
def shapes(draw: DrawFn) -> Shape:
    length = draw(st.sampled_from([5, 15, 30, 30, 45, 60, 60, 90, 120, 200]))
    step = draw(st.sampled_from([5, 7, 15, 30, 30, 45, 60, 90]))
    before, after = draw(st.sampled_from([(0, 0), (0, 0), (0, 15), (10, 0), (15, 45)]))
    return Shape(length * 60, step * 60, before * 60, after * 60, draw(st.integers(0, 3)) == 0)


@st.composite
def limits(draw: DrawFn, midnight: int) -> Limits:
    early = draw(st.none() | st.integers(-1000, 2000))
    late = draw(st.none() | st.integers(0, 5000))
    day = midnight + draw(st.integers(-1, 3)) * 86_400
    return Limits(
        earliest=None if early is None else midnight + early * 60,
        latest=None if late is None else midnight + late * 60,
        called_off=draw(st.sampled_from([(), (), ((day, day + 86_400),)])),
    )


@st.composite
def requirements(draw: DrawFn, staff: int, others: int) -> tuple[Requirement, ...]:
    asked = [Requirement(1, tuple(range(1, staff + 1)))]
    if others:
        asked.append(Requirement(2, tuple(range(staff + 1, staff + others + 1))))
    if draw(st.integers(0, 5)) == 0:  # a person who could also be the second pair of hands
        asked.append(Requirement(3, (1, staff + others)))
    return tuple(asked)


@st.composite
def questions(draw: DrawFn) -> Question:
    key, change = draw(st.sampled_from(CHANGES))
    zone = ZoneInfo(key)
    first = change + timedelta(days=draw(st.integers(-2, 1)))
    midnight = day_bounds(zone, first)[0]
    staff, others = draw(st.integers(1, 3)), draw(st.sampled_from([0, 0, 1, 2]))
    search = Search(
        zone=zone,
        business_hours=draw(hours(first)),
        service_hours=draw(st.one_of(st.none(), st.none(), hours(first))),
        resources={
            id_: draw(resources(id_, first, midnight)) for id_ in range(1, staff + others + 1)
        },
        requirements=draw(requirements(staff, others)),
        shape=draw(shapes()),
        limits=draw(st.one_of(st.just(Limits()), limits(midnight))),
        location_id=draw(PLACES),
        selection=draw(st.sampled_from(Selection)),
    )
    viewer = draw(st.sampled_from([None, None, *(ZoneInfo(it) for it, _ in CHANGES)]))
    return Question(search, first, first + timedelta(days=draw(st.integers(0, 2))), viewer)


QUESTIONS: SearchStrategy[Question] = questions()
