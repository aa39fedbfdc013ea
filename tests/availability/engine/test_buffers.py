"""Buffers in the pure rules, at the last start that is too near and at the next, which touches."""

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from apps.availability.engine.free import fits, is_still_free, with_kept_buffers
from apps.availability.engine.inputs import (
    Hours,
    Requirement,
    ResourceFacts,
    Search,
    Shape,
    WeeklyRange,
)
from apps.availability.engine.reasons import ReasonCode, why_not, why_not_fit
from apps.availability.engine.slots import find_slots, free_days
from apps.availability.engine.zones import boundary, wall_at

MONDAY, ZONE = date(2026, 10, 5), ZoneInfo("Europe/Berlin")
HOUR, MINUTE, ANA, WASH = 3600, 60, 1, 2


def at(hour: int, minute: int = 0) -> int:
    return boundary(ZONE, wall_at(MONDAY, hour * 60 + minute))


def search_of(*, before: int, after: int, within: bool = False, of: int = ANA) -> Search:
    """Ana, or the station she needs, is taken from 12:00 to 13:00; starts each five minutes."""
    busy = {of: ((at(12), at(13)),)}
    return Search(
        zone=ZONE,
        business_hours=Hours((WeeklyRange(0, 9 * 60, 18 * 60),)),
        resources={id_: ResourceFacts(id_, busy=busy.get(id_, ())) for id_ in (ANA, WASH)},
        requirements=(Requirement(1, (ANA,)), Requirement(2, (WASH,))),
        shape=Shape(HOUR, 5 * MINUTE, before * MINUTE, after * MINUTE, buffers_within_hours=within),
    )


SIDES = [
    pytest.param(search_of(before=10, after=0), (13, 5), (13, 10), id="before"),
    pytest.param(search_of(before=0, after=15), (10, 50), (10, 45), id="after"),
    pytest.param(search_of(before=10, after=0, of=WASH), (13, 5), (13, 10), id="station-before"),
    pytest.param(search_of(before=0, after=15, of=WASH), (10, 50), (10, 45), id="station-after"),
]


@pytest.mark.parametrize(("search", "near", "touching"), SIDES)
def test_every_question_is_answered_alike_around_what_is_taken(
    search: Search, near: tuple[int, int], touching: tuple[int, int]
) -> None:
    near_start, start = at(*near), at(*touching)
    slots = {it.start for it in find_slots(search, first=MONDAY, last=MONDAY)}

    assert (near_start in slots, start in slots) == (False, True)
    assert free_days(search, first=MONDAY, last=MONDAY)[MONDAY].total == len(slots)
    free = [is_still_free(search, start=it, primary_id=None) for it in (near_start, start)]
    assert [it is not None for it in free] == [False, True]
    both = (ANA, WASH)
    assert [fits(search, start=it, resource_ids=both) for it in (near_start, start)] == [
        False,
        True,
    ]
    for reasons in (
        why_not(search, start=near_start, primary_id=None),
        why_not_fit(search, start=near_start, resource_ids=both),
    ):
        assert [it.code for it in reasons] == [ReasonCode.BUFFER_TOO_SHORT]
    assert why_not(search, start=start, primary_id=None) == ()
    assert why_not_fit(search, start=start, resource_ids=both) == ()


@pytest.mark.parametrize(
    ("before", "after", "first", "last"),
    [(10, 0, (9, 10), (17, 0)), (0, 15, (9, 0), (16, 45))],
    ids=["before", "after"],
)
def test_a_buffer_that_has_to_lie_within_the_hours_does(
    before: int, after: int, first: tuple[int, int], last: tuple[int, int]
) -> None:
    search = search_of(before=before, after=after, within=True)

    slots = [it.start for it in find_slots(search, first=MONDAY, last=MONDAY)]

    assert (slots[0], slots[-1]) == (at(*first), at(*last))
    early, late = at(*first) - 5 * MINUTE, at(*last) + 5 * MINUTE
    ids = (ANA, WASH)
    assert [fits(search, start=it, resource_ids=ids) for it in (early, *slots, late)] == [
        False,
        *[True] * len(slots),
        False,
    ]


def test_a_visit_is_asked_about_with_the_buffers_it_was_booked_with() -> None:
    search = search_of(before=30, after=45)
    kept = (at(10) - 10 * MINUTE, at(11) + 15 * MINUTE)

    asked = with_kept_buffers(search, start=at(10), kept=[kept, kept])

    assert asked.shape == replace(search.shape, buffer_before=10 * MINUTE, buffer_after=15 * MINUTE)


@pytest.mark.parametrize(
    "kept",
    [
        [],
        [None],
        [(at(10), at(11)), None],
        [(at(10), at(11)), (at(9), at(11))],
        [(at(10) + 60, at(11))],
        [(at(10), at(11) - 60)],
    ],
)
def test_what_is_not_kept_as_one_span_is_asked_about_with_the_buffers_of_today(
    kept: list[tuple[int, int] | None],
) -> None:
    search = search_of(before=10, after=15)

    assert with_kept_buffers(search, start=at(10), kept=kept) is search
