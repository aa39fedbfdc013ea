"""Which slots, told by example: grids, people, places, and the order of preference."""

import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.availability.engine.free import Assignment, fits, is_still_free, pick_one_of_each
from apps.availability.engine.inputs import (
    DateRule,
    Hours,
    MinuteRange,
    Requirement,
    ResourceFacts,
    Search,
    Selection,
    Shape,
    WeeklyRange,
)
from apps.availability.engine.slots import DayParts, Slot, find_slots, free_days, nearest_slots

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 10, 5)
TUESDAY = MONDAY + timedelta(days=1)
ANNA, BEN, CLEO, STATION, SINK = 1, 2, 3, 8, 9
HOUR = 3600


def weekly(*ranges: MinuteRange, location_id: int | None = None) -> Hours:
    week = [
        WeeklyRange(weekday, *minutes, location_id=location_id)
        for minutes in ranges
        for weekday in range(7)
    ]
    return Hours(tuple(week))


def team(*people: ResourceFacts) -> dict[int, ResourceFacts]:
    return {person.resource_id: person for person in people}


SALON = Search(
    zone=BERLIN,
    business_hours=weekly((9 * 60, 12 * 60)),
    resources=team(ResourceFacts(ANNA)),
    requirements=(Requirement(1, (ANNA,)),),
    shape=Shape(duration=HOUR, step=HOUR),
)


def at(hour: int, minute: int = 0, *, on: date = MONDAY) -> int:
    return int(datetime(on.year, on.month, on.day, hour, minute, tzinfo=BERLIN).timestamp())


def times(search: Search, on: date = MONDAY) -> list[str]:
    found = find_slots(search, first=on, last=on)
    return [f"{datetime.fromtimestamp(slot.start, BERLIN):%H:%M}" for slot in found]


def test_a_slot_is_a_row_per_instant_with_everybody_who_is_free() -> None:
    busy = ((at(10), at(11)),)
    people = team(ResourceFacts(ANNA, busy=busy), ResourceFacts(BEN))
    search = replace(SALON, resources=people, requirements=(Requirement(1, (ANNA, BEN)),))

    assert find_slots(search, first=MONDAY, last=MONDAY) == [
        Slot(at(9), at(10), (ANNA, BEN)),
        Slot(at(10), at(11), (BEN,)),
        Slot(at(11), at(12), (ANNA, BEN)),
    ]


def test_each_range_of_a_split_day_anchors_its_own_grid() -> None:
    search = replace(SALON, business_hours=weekly((9 * 60, 11 * 60), (13 * 60 + 30, 16 * 60)))

    assert times(search) == ["09:00", "10:00", "13:30", "14:30"]


def test_an_appointment_runs_from_one_range_into_the_touching_next() -> None:
    search = replace(
        SALON,
        business_hours=weekly((9 * 60, 10 * 60 + 30), (10 * 60 + 30, 12 * 60)),
        shape=Shape(duration=HOUR, step=HOUR),
    )

    assert times(search) == ["09:00", "10:00", "10:30"]


def test_hours_past_midnight_are_asked_for_by_the_date_the_slot_reads() -> None:
    night = Hours((WeeklyRange(0, 22 * 60, 26 * 60),))
    search = replace(SALON, business_hours=night)

    assert [times(search), times(search, TUESDAY)] == [["22:00", "23:00"], ["00:00", "01:00"]]


def test_a_range_counts_on_the_dates_it_is_valid() -> None:
    from_tuesday = Hours((WeeklyRange(0, 540, 600), WeeklyRange(1, 540, 600, TUESDAY, TUESDAY)))
    search = replace(SALON, business_hours=from_tuesday)

    weeks = [times(search, MONDAY + timedelta(days=it)) for it in (0, 1, 8)]
    assert weeks == [["09:00"], ["09:00"], []]


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (None, ["10:00"]),
        (weekly((8 * 60, 11 * 60)), ["10:00"]),
        (weekly((13 * 60, 15 * 60)), []),
        (
            Hours(weekly((8 * 60, 11 * 60)).weekly, (DateRule(MONDAY, ((480, 600),)),)),
            ["08:00", "09:00"],
        ),
        (Hours(None, (DateRule(TUESDAY, ()),)), ["10:00"]),
        (Hours(None, (DateRule(MONDAY, ()),)), []),
    ],
    ids=["follows", "own", "own elsewhere in the day", "own day", "other day off", "day off"],
)
def test_special_hours_of_the_business_meet_the_persons_own(
    own: Hours | None, expected: list[str]
) -> None:
    special = Hours(SALON.business_hours.weekly, (DateRule(MONDAY, ((600, 660),)),))
    search = replace(SALON, business_hours=special, resources=team(ResourceFacts(ANNA, own)))

    assert times(search) == expected


def test_a_services_own_hours_start_a_grid_of_their_own() -> None:
    search = replace(SALON, service_hours=weekly((9 * 60 + 30, 12 * 60)))

    assert times(search) == ["09:30", "10:30"]


def test_a_grid_cut_by_hours_of_another_zone_starts_at_what_the_persons_clock_reads() -> None:
    kathmandu = ZoneInfo("Asia/Kathmandu")  # 3:45 ahead of Berlin in summer
    abroad = Hours(weekly((12 * 60, 18 * 60)).weekly, zone=kathmandu)
    search = replace(
        SALON,
        resources=team(ResourceFacts(ANNA, abroad)),
        service_hours=weekly((9 * 60, 12 * 60)),
        shape=Shape(duration=HOUR, step=50 * 60),
    )

    assert times(search) == ["09:00", "09:50", "10:40"]


@pytest.mark.parametrize(
    ("location_id", "expected"),
    [(1, ["09:00"]), (2, ["14:00"]), (3, []), (None, ["09:00", "14:00"])],
)
def test_a_range_at_a_location_counts_there_and_when_no_place_is_asked_for(
    location_id: int | None, expected: list[str]
) -> None:
    here, there = weekly((540, 600), location_id=1), weekly((840, 900), location_id=2)
    both = Hours((*(here.weekly or ()), *(there.weekly or ())))
    search = replace(SALON, resources=team(ResourceFacts(ANNA, both)), location_id=location_id)

    assert times(search) == expected


def test_one_closed_location_leaves_the_other_open_and_a_person_is_at_one_place_only() -> None:
    closed_here = Hours(SALON.business_hours.weekly, (DateRule(MONDAY, (), 1),))
    here_today = Hours(None, (DateRule(MONDAY, ((540, 600),), 1),))
    business = replace(SALON, business_hours=closed_here)
    person = replace(SALON, resources=team(ResourceFacts(ANNA, here_today)))

    assert [times(replace(business, location_id=it)) for it in (1, 2)] == [
        [],
        ["09:00", "10:00", "11:00"],
    ]
    assert [times(replace(person, location_id=it)) for it in (1, 2)] == [["09:00"], []]


@pytest.mark.parametrize(
    "rules",
    [
        (DateRule(MONDAY, ()), DateRule(MONDAY, ((540, 600),))),
        (DateRule(MONDAY, ()), DateRule(MONDAY, ((540, 600),), 1)),
        (DateRule(MONDAY, ((540, 600),)), DateRule(MONDAY, (), 1)),
    ],
    ids=["both everywhere", "closed everywhere", "closed here"],
)
def test_a_closing_wins_over_hours_on_the_same_date(rules: tuple[DateRule, ...]) -> None:
    here = replace(SALON, location_id=1)
    week = SALON.business_hours.weekly
    business = replace(here, business_hours=Hours(week, rules))
    person = replace(here, resources=team(ResourceFacts(ANNA, Hours(week, rules))))
    service = replace(here, service_hours=Hours(week, rules))

    assert [times(it) for it in (business, person, service)] == [[], [], []]


def test_a_cut_needs_a_stylist_and_a_station_and_a_buffer_keeps_the_station_clean() -> None:
    people = team(ResourceFacts(ANNA), ResourceFacts(STATION, busy=((at(10), at(10, 30)),)))
    both = (Requirement(1, (ANNA,)), Requirement(2, (STATION,)))
    search = replace(SALON, resources=people, requirements=both)
    clean = replace(search, shape=Shape(HOUR, HOUR, 0, 15 * 60))

    assert times(search) == ["09:00", "11:00"]
    assert times(clean) == ["11:00"]


def test_nobody_to_do_it_means_no_slots() -> None:
    nobody = replace(SALON, requirements=())
    no_station = replace(SALON, requirements=(*SALON.requirements, Requirement(2, ())))

    assert [times(nobody), times(no_station)] == [[], []]
    assert is_still_free(nobody, start=at(9), primary_id=None) is None
    assert is_still_free(nobody, start=at(9), primary_id=ANNA) is None


def crew(selection: Selection) -> Search:
    people = team(
        ResourceFacts(CLEO, rank=1, booked_that_day={MONDAY: 0}),
        ResourceFacts(BEN, rank=1, booked_that_day={MONDAY: 0}),
        ResourceFacts(ANNA, rank=0, booked_that_day={MONDAY: 2, TUESDAY: 0}),
    )
    requirement = Requirement(1, (CLEO, ANNA, BEN))
    return replace(SALON, resources=people, requirements=(requirement,), selection=selection)


@pytest.mark.parametrize(
    ("selection", "on", "order"),
    [
        (Selection.RANKED, MONDAY, (ANNA, BEN, CLEO)),
        (Selection.FAIR, MONDAY, (BEN, CLEO, ANNA)),
        (Selection.FAIR, TUESDAY, (ANNA, BEN, CLEO)),
    ],
)
def test_anybody_is_the_ranking_or_the_least_booked_and_ties_are_stable(
    selection: Selection, on: date, order: tuple[int, ...]
) -> None:
    search = crew(selection)

    assert {slot.resource_ids for slot in find_slots(search, first=on, last=on)} == {order}
    assert is_still_free(search, start=at(9, on=on), primary_id=None) == Assignment(order[:1])


def test_a_wish_for_one_person_is_kept() -> None:
    search = crew(Selection.RANKED)

    assert is_still_free(search, start=at(9), primary_id=CLEO) == Assignment((CLEO,))
    assert is_still_free(search, start=at(9), primary_id=STATION) is None


def test_the_station_is_chosen_by_preference_as_well() -> None:
    people = team(ResourceFacts(ANNA), ResourceFacts(STATION, rank=2), ResourceFacts(SINK, rank=1))
    both = (Requirement(1, (ANNA,)), Requirement(2, (STATION, SINK)))
    search = replace(SALON, resources=people, requirements=both)

    assert is_still_free(search, start=at(9), primary_id=None) == Assignment((ANNA, SINK))


def test_confirming_asks_for_hours_and_busy_time_but_neither_grid_nor_limits() -> None:
    search = replace(SALON, resources=team(ResourceFacts(ANNA, busy=((at(10), at(11)),))))

    answers = [fits(search, start=it, resource_ids=[ANNA]) for it in (at(9), at(11), at(9, 5))]
    assert answers == [True, True, False]
    assert not fits(search, start=at(9), resource_ids=[ANNA, BEN])


def test_days_are_counted_in_parts_and_empty_ones_are_there() -> None:
    search = replace(SALON, business_hours=Hours((WeeklyRange(0, 10 * 60, 19 * 60),)))

    assert free_days(search, first=MONDAY, last=TUESDAY) == {
        MONDAY: DayParts(morning=2, afternoon=5, evening=2),
        TUESDAY: DayParts(),
    }


def test_the_nearest_times_are_in_order_and_a_tie_goes_to_the_earlier() -> None:
    slots = find_slots(SALON, first=MONDAY, last=TUESDAY)

    near = nearest_slots(slots, to=at(10, 30), count=2)
    assert [slot.start for slot in near] == [at(10), at(11)]
    assert [slot.start for slot in nearest_slots(slots, to=at(10), count=2)] == [at(9), at(10)]


@pytest.mark.parametrize("minutes", [(600, 600), (1440, 1500), (0, 2881), (-1, 60)])
def test_impossible_ranges_are_refused(minutes: MinuteRange) -> None:
    with pytest.raises(ValueError, match="range of minutes"):
        WeeklyRange(0, *minutes)
    with pytest.raises(ValueError, match="range of minutes"):
        DateRule(MONDAY, (minutes,))


@pytest.mark.parametrize("shape", [(0, 60, 0, 0), (60, 0, 0, 0), (60, 60, -1, 0), (60, 60, 0, -1)])
def test_impossible_shapes_are_refused(shape: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match=r"longer than nothing|not negative"):
        Shape(*shape)


def test_the_engine_needs_no_django() -> None:
    pure = (
        "import sys, apps.availability.engine.diagnosis, apps.kernel.money, apps.kernel.references"
    )
    check = f"{pure}; sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def two_pairs_of_hands(*first: int, second: tuple[int, ...]) -> Search:
    """Somebody of the first, and somebody else of the second; Cleo is busy until ten."""
    people = team(ResourceFacts(ANNA), ResourceFacts(BEN), ResourceFacts(CLEO, busy=((0, at(10)),)))
    return replace(
        SALON, resources=people, requirements=(Requirement(1, first), Requirement(3, second))
    )


def test_a_request_is_looked_at_with_nobody_in_two_places() -> None:
    search = two_pairs_of_hands(ANNA, BEN, second=(ANNA, CLEO))

    assert pick_one_of_each(search, start=at(9)) == (BEN, ANNA)
    assert pick_one_of_each(search, start=at(10)) == (ANNA, CLEO)


def test_who_is_in_the_way_stands_for_their_kind_where_nobody_else_is_left() -> None:
    search = two_pairs_of_hands(ANNA, second=(ANNA, CLEO))

    assert pick_one_of_each(search, start=at(9)) == (ANNA, CLEO)
    assert not fits(search, start=at(9), resource_ids=(ANNA, CLEO))


def test_one_person_never_counts_for_two() -> None:
    search = two_pairs_of_hands(ANNA, second=(ANNA,))

    assert pick_one_of_each(search, start=at(9)) == (ANNA,)
    assert not fits(search, start=at(9), resource_ids=(ANNA, ANNA))
