import pytest

from benchmarks.figures import Aim
from benchmarks.tables import aims_table, count_words, ms, parse_count, table, times


def test_names_stand_left_and_figures_right() -> None:
    text = table(("What", "ms"), [("day", "9.5"), ("long month", "182")])

    assert text.splitlines() == [
        "What         ms",
        "---------------",
        "day         9.5",
        "long month  182",
    ]


def test_a_row_with_a_missing_cell_is_refused() -> None:
    with pytest.raises(ValueError, match="as many cells"):
        table(("What", "ms"), [("day",)])


def test_milliseconds_have_as_many_digits_as_they_deserve() -> None:
    assert [ms(0.344), ms(9.54), ms(99.96), ms(181.6)] == ["0.34", "9.5", "100", "182"]


def test_sizes_are_read_as_they_are_written() -> None:
    sizes = [1, 1_500, 50_000, 1_000_000]

    assert [parse_count(count_words(size)) for size in sizes] == sizes
    assert [count_words(size) for size in sizes] == ["1", "1500", "50k", "1m"]


def test_a_size_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="many"):
        parse_count("many")


def test_a_ratio_without_a_floor_is_a_dash() -> None:
    assert (times(2.5), times(0)) == ("2.50x", "-")


def test_an_aim_is_said_with_its_database_and_verdict() -> None:
    aim = Aim(what="bookings", limit=100, measured=80, unit="/s", at_most=False)

    assert aims_table([("sqlite", aim)]).splitlines()[-1].split() == [
        *("sqlite:", "bookings", ">=", "100", "/s", "80.0", "/s", "MISS")
    ]
