"""A place gets another clock: the same reading or the same moment, and who is then in whose way."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.availability.engine.rezoning import (
    Keep,
    Moving,
    find_conflicting_pairs,
    rezoned,
    same_reading,
)
from apps.availability.engine.zones import Resolution, Resolved, candidates, wall_of
from tests.availability.engine.searches import CHANGES

BERLIN, LISBON, LONDON = (ZoneInfo(f"Europe/{it}") for it in ("Berlin", "Lisbon", "London"))
NEW_YORK, PHOENIX = ZoneInfo("America/New_York"), ZoneInfo("America/Phoenix")
HOUR = 3600
ZONES = sorted({name for name, _on in CHANGES} | {"Asia/Kolkata", "America/Phoenix", "UTC"})
"""Zones whose clocks jump, by half an hour, an hour and two, and some whose clocks do not."""
NEAR_A_JUMP = st.builds(
    lambda change, minutes: int(
        (
            datetime.combine(change[1], datetime.min.time(), UTC) + timedelta(minutes=minutes)
        ).timestamp()
    ),
    st.sampled_from(CHANGES),
    st.integers(-2000, 3000),
)


def utc(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())  # type: ignore[arg-type,misc]


@settings(max_examples=500)
@given(NEAR_A_JUMP, st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_the_clock_reads_the_same_wherever_it_can(instant: int, was: str, becomes: str) -> None:
    old, new = ZoneInfo(was), ZoneInfo(becomes)
    wall = wall_of(old, instant)

    found = rezoned(instant, keep=Keep.CLOCK, old=old, new=new)

    if found.resolution is Resolution.SHIFTED_FORWARD:
        assert candidates(new, wall) == ()
        assert 0 < wall_of(new, found.instant) - wall <= 2 * HOUR
    else:
        assert wall_of(new, found.instant) == wall


@settings(max_examples=300)
@given(NEAR_A_JUMP, st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_the_moment_stays_to_the_second(instant: int, was: str, becomes: str) -> None:
    found = rezoned(instant, keep=Keep.MOMENT, old=ZoneInfo(was), new=ZoneInfo(becomes))

    assert found == Resolved(instant, Resolution.EXACT)


@settings(max_examples=300)
@given(NEAR_A_JUMP, st.sampled_from(ZONES))
def test_the_same_clock_changes_nothing_even_where_it_jumps(instant: int, name: str) -> None:
    zone = ZoneInfo(name)

    assert same_reading(instant, old=zone, new=zone) == Resolved(instant, Resolution.EXACT)


def test_a_reading_that_the_new_clock_skips_moves_forward_and_says_so() -> None:
    half_past_two = utc(2027, 3, 14, 9, 30)  # in Phoenix; New York skips from two to three

    assert same_reading(half_past_two, old=PHOENIX, new=NEW_YORK) == Resolved(
        utc(2027, 3, 14, 7, 30), Resolution.SHIFTED_FORWARD
    )


def test_of_a_reading_that_the_new_clock_shows_twice_the_first_counts() -> None:
    half_past_one = utc(2027, 11, 7, 8, 30)  # in Phoenix

    assert same_reading(half_past_one, old=PHOENIX, new=NEW_YORK) == Resolved(
        utc(2027, 11, 7, 5, 30), Resolution.FIRST_OF_TWO
    )


def test_the_second_of_two_stays_the_second_where_both_clocks_go_back() -> None:
    berlin, second = utc(2027, 10, 31, 1, 30), utc(2027, 10, 31, 1, 30)  # 02:30 CET
    copenhagen = ZoneInfo("Europe/Copenhagen")

    assert same_reading(berlin, old=BERLIN, new=copenhagen) == Resolved(second, Resolution.EXACT)


def test_both_readings_of_a_fold_come_to_one_where_the_new_clock_has_none() -> None:
    first, second = utc(2027, 11, 7, 5, 30), utc(2027, 11, 7, 6, 30)

    found = {same_reading(it, old=NEW_YORK, new=PHOENIX).instant for it in (first, second)}

    assert found == {utc(2027, 11, 7, 8, 30)}


def row(session: int, was: int, becomes: int, *, resource: int = 1, hours: int = 1) -> Moving:
    """A span of some hours that begins at so many hours."""
    return Moving(
        resource,
        session,
        (was * HOUR, (was + hours) * HOUR),
        (becomes * HOUR, (becomes + hours) * HOUR),
    )


def test_rows_that_all_move_by_as_much_pass_each_other() -> None:
    assert find_conflicting_pairs([row(1, 9, 10), row(2, 10, 11), row(3, 11, 12)]) == []


def test_what_moves_onto_something_that_stays_conflicts_once() -> None:
    stays = row(2, 10, 10)
    both = [row(1, 9, 10), row(1, 9, 10, resource=2), stays, row(2, 10, 10, resource=2)]

    assert find_conflicting_pairs(both) == [(1, 2)]


def test_two_that_come_to_the_same_reading_conflict() -> None:
    assert find_conflicting_pairs([row(1, 5, 8), row(2, 6, 8)]) == [(1, 2)]


def test_what_overlaps_already_is_nothing_new() -> None:
    assert find_conflicting_pairs([row(1, 9, 10), row(2, 9, 10)]) == []


def test_nothing_that_stays_is_told_of() -> None:
    assert find_conflicting_pairs([row(1, 9, 9), row(2, 10, 10), row(3, 9, 9, hours=4)]) == []


def test_touching_is_not_overlapping_and_another_resource_is_another_matter() -> None:
    assert find_conflicting_pairs([row(1, 9, 10), row(2, 11, 11), row(3, 10, 10, resource=2)]) == []


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(1, 3), st.integers(1, 2)),
        max_size=12,
    )
)
def test_a_sweep_finds_what_comparing_all_pairs_finds(
    spans: list[tuple[int, int, int, int]],
) -> None:
    rows = [
        row(number, was, becomes, hours=hours, resource=resource)
        for number, (was, becomes, hours, resource) in enumerate(spans)
    ]

    def meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
        return max(one[0], other[0]) < min(one[1], other[1])

    expected = {
        frozenset((one.session_id, other.session_id))
        for one in rows
        for other in rows
        if one.session_id < other.session_id
        and one.resource_id == other.resource_id
        and (one.moves or other.moves)
        and meet(one.becomes, other.becomes)
        and not meet(one.was, other.was)
    }

    assert {frozenset(pair) for pair in find_conflicting_pairs(rows)} == expected
