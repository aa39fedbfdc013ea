"""The engine equals a walk through every minute, and its three answers agree with each other."""

import os
from collections import Counter
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.availability.engine.free import fits, is_still_free, pick_one_of_each
from apps.availability.engine.slots import DayParts, find_slots, free_days
from apps.availability.engine.zones import day_bounds
from tests.availability.engine.brute_force import Reference
from tests.availability.engine.searches import QUESTIONS, Question

# CI looks closely; a desk takes a quick look.
EXAMPLES = int(os.environ.get("EXAMPLES", "300" if "CI" in os.environ else "45"))

THOROUGH = settings(max_examples=EXAMPLES)


def bounds(question: Question) -> tuple[int, int]:
    zone = question.dates_in or question.search.zone
    return day_bounds(zone, question.first)[0], day_bounds(zone, question.last)[1]


def reference(question: Question) -> Reference:
    low, high = bounds(question)
    return Reference(question.search, low // 60, high // 60)


@THOROUGH
@given(QUESTIONS)
def test_slots_are_the_ones_a_walk_through_every_minute_finds(question: Question) -> None:
    search, first, last, dates_in = question

    found = find_slots(search, first=first, last=last, dates_in=dates_in)

    duration = search.shape.duration
    expected = [
        (start, start + duration, tuple(dict.fromkeys(team[0] for team in teams)))
        for start, teams in reference(question).slots().items()
    ]
    assert [(slot.start, slot.end, slot.resource_ids) for slot in found] == expected


@settings(THOROUGH, max_examples=EXAMPLES // 3)
@given(QUESTIONS, st.data())
def test_a_start_can_be_taken_exactly_when_it_is_listed(
    question: Question, data: st.DataObject
) -> None:
    search = question.search
    listed = reference(question).slots()
    low, high = bounds(question)
    others = data.draw(st.lists(st.integers(low // 60, high // 60 - 1), max_size=30))

    for start in {*listed, *(minute * 60 for minute in others)}:
        teams = listed.get(start, [])
        found = is_still_free(search, start=start, primary_id=None)
        assert (found and found.resource_ids) == (teams[0] if teams else None)
        for person in search.requirements[0].resource_ids:
            own = [team for team in teams if team[0] == person]
            found = is_still_free(search, start=start, primary_id=person)
            assert (found and found.resource_ids) == (own[0] if own else None)


@settings(THOROUGH, max_examples=EXAMPLES // 3)
@given(QUESTIONS, st.data())
def test_fixed_resources_fit_when_each_of_them_is_open_and_free(
    question: Question, data: st.DataObject
) -> None:
    low, high = bounds(question)
    slow = reference(question)

    for minute in data.draw(st.lists(st.integers(low // 60, high // 60 - 1), max_size=40)):
        for id_ in question.search.resources:
            found = fits(question.search, start=minute * 60, resource_ids=[id_])
            assert found == slow.can_take(id_, minute)


def part_of_day(zone: ZoneInfo, start: int) -> tuple[date, str]:
    local = datetime.fromtimestamp(start, UTC).astimezone(zone)
    part = "morning" if local.hour < 12 else "afternoon" if local.hour < 17 else "evening"
    return local.date(), part


@settings(THOROUGH, max_examples=EXAMPLES // 3)
@given(QUESTIONS)
def test_what_is_picked_for_a_request_fits_wherever_a_slot_is_listed(question: Question) -> None:
    search = question.search

    for start in reference(question).slots():
        picked = pick_one_of_each(search, start=start)
        assert len(set(picked)) == len(search.requirements)
        assert fits(search, start=start, resource_ids=picked)


@settings(THOROUGH, max_examples=EXAMPLES // 3)
@given(QUESTIONS)
def test_free_days_count_the_slots_of_each_date_and_part(question: Question) -> None:
    search, first, last, dates_in = question

    found = free_days(search, first=first, last=last, dates_in=dates_in)

    zone = dates_in or search.zone
    slots = find_slots(search, first=first, last=last, dates_in=dates_in)
    counted = Counter(part_of_day(zone, slot.start) for slot in slots)
    assert found == {
        on: DayParts(counted[on, "morning"], counted[on, "afternoon"], counted[on, "evening"])
        for on in found
    }
    assert sum(day.total for day in found.values()) == len(slots)
