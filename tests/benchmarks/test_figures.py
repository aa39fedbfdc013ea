import pytest

from benchmarks.figures import Aim, Timing, percentile, ratio


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [5.0, 1.0, 4.0, 2.0, 3.0]

    assert [percentile(values, share) for share in (0, 0.2, 0.5, 0.95, 1)] == [1, 1, 3, 5, 5]


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1.0], 1.1), ([1.0], -0.1)])
def test_a_percentile_of_nothing_or_beyond_everything_is_refused(
    values: list[float], share: float
) -> None:
    with pytest.raises(ValueError, match="share between 0 and 1"):
        percentile(values, share)


def test_a_ratio_without_a_floor_is_nothing() -> None:
    assert (ratio(30, 20), ratio(30, 0)) == (1.5, 0)


def test_timings_are_told_in_milliseconds() -> None:
    assert Timing.of([0.004, 0.002, 0.003]) == Timing(best=2.0, median=3.0, p95=4.0, runs=3)


@pytest.mark.parametrize(
    ("measured", "at_most", "verdict"),
    [
        (12.0, True, "OK"),
        (12.1, True, "MISS"),
        (12.0, False, "OK"),
        (11.9, False, "MISS"),
        (None, True, "not measured"),
    ],
)
def test_an_aim_is_kept_missed_or_left_out(
    *, measured: float | None, at_most: bool, verdict: str
) -> None:
    aim = Aim(what="day", limit=12, measured=measured, unit="ms", at_most=at_most)

    assert aim.verdict == verdict


def test_an_aim_survives_the_file_between_two_processes() -> None:
    aim = Aim(what="day", limit=12, measured=None, unit="ms")

    assert Aim(**aim.as_plain()) == aim
