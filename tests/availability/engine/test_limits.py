"""How early, how late: elapsed minutes, dates of the business, and when a time opens."""

from datetime import date
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from apps.availability.engine.inputs import Limits, compute_limits, horizon_end, opens_at
from apps.availability.engine.zones import boundary, wall_at

BERLIN = ZoneInfo("Europe/Berlin")
NOW = boundary(BERLIN, wall_at(date(2026, 10, 20), 12 * 60))
OPTIONAL = st.none() | st.integers(1, 60 * 24 * 40)


def test_without_a_policy_everything_after_now_can_be_booked() -> None:
    limits = compute_limits(now=NOW, zone=BERLIN)

    assert limits == Limits(earliest=NOW + 1)
    assert [limits.allow(NOW), limits.allow(NOW + 1), limits.allow(NOW + 10**9)] == [
        False,
        True,
        True,
    ]


def test_notice_and_advance_are_elapsed_minutes_and_their_bounds_are_bookable() -> None:
    limits = compute_limits(
        now=NOW, zone=BERLIN, min_notice_minutes=60, max_advance_minutes=24 * 60
    )

    bounds = [NOW + 3599, NOW + 3600, NOW + 24 * 3600, NOW + 24 * 3600 + 1]
    assert [limits.allow(it) for it in bounds] == [False, True, True, False]


def test_the_horizon_ends_with_a_date_of_the_business_though_clocks_change_before() -> None:
    limits = compute_limits(now=NOW, zone=BERLIN, horizon_days=7)

    end = boundary(BERLIN, wall_at(date(2026, 10, 28)))
    assert horizon_end(NOW, BERLIN, 7) == end
    assert limits.latest == end - 1


def test_the_nearer_of_advance_and_horizon_counts() -> None:
    far = {"max_advance_minutes": 60 * 24 * 30, "horizon_days": 2}
    near = {"max_advance_minutes": 60, "horizon_days": 2}

    assert compute_limits(now=NOW, zone=BERLIN, **far).latest == horizon_end(NOW, BERLIN, 2) - 1
    assert compute_limits(now=NOW, zone=BERLIN, **near).latest == NOW + 3600


def test_a_time_without_a_limit_is_always_open() -> None:
    assert opens_at(NOW, limits=Limits(), zone=BERLIN) is None


@given(st.integers(0, 60 * 24 * 60), OPTIONAL, st.none() | st.integers(0, 40))
def test_a_time_opens_at_the_first_second_its_limit_allows(
    ahead: int, advance: int | None, days: int | None
) -> None:
    start = NOW + ahead * 60
    numbers = {"max_advance_minutes": advance, "horizon_days": days}
    opens = opens_at(start, limits=compute_limits(now=NOW, zone=BERLIN, **numbers), zone=BERLIN)

    if opens is not None:
        at_once = compute_limits(now=opens, zone=BERLIN, **numbers).latest
        too_soon = compute_limits(now=opens - 1, zone=BERLIN, **numbers).latest
        assert at_once is not None
        assert too_soon is not None
        assert too_soon < start <= at_once
