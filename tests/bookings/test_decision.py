"""What becomes of a draft, row by row of the table (rule B3)."""

import pytest

from apps.bookings.states import decide

ANY = (False, True)


@pytest.mark.parametrize("paid", ANY)
@pytest.mark.parametrize("conflict", ANY)
@pytest.mark.parametrize(("approval", "status"), [(False, "CONFIRMED"), (True, "PENDING")])
def test_what_the_team_forced_is_never_double_booked(
    *, conflict: bool, paid: bool, approval: bool, status: str
) -> None:
    found = decide(skips=True, conflict=conflict, paid=paid, approval=approval)

    assert (found.status, found.double_booked) == (status, False)


@pytest.mark.parametrize("paid", ANY)
@pytest.mark.parametrize(("approval", "status"), [(False, "CONFIRMED"), (True, "PENDING")])
def test_a_free_time_is_booked_or_asked_for(*, paid: bool, approval: bool, status: str) -> None:
    found = decide(skips=False, conflict=False, paid=paid, approval=approval)

    assert (found.status, found.double_booked) == (status, False)


@pytest.mark.parametrize(("approval", "status"), [(False, "CONFIRMED"), (True, "PENDING")])
def test_a_lost_time_that_was_paid_for_is_kept_and_flagged(*, approval: bool, status: str) -> None:
    found = decide(skips=False, conflict=True, paid=True, approval=approval)

    assert (found.status, found.double_booked) == (status, True)


@pytest.mark.parametrize("approval", ANY)
def test_a_lost_time_that_nobody_paid_for_is_declined(*, approval: bool) -> None:
    found = decide(skips=False, conflict=True, paid=False, approval=approval)

    assert (found.status, found.double_booked) == ("DECLINED", False)
