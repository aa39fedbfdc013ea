"""What becomes of the money where the team cancels: shown and decided by one (rule B35)."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from apps.bookings.cancellation import (
    ByPolicy,
    MoneyChoice,
    MoneyDecision,
    decide_money,
)
from apps.catalog.fee_windows import FeeWindow, fee_at
from tests.factories import NOW

BACK, POLICY, KEEP = MoneyChoice.BACK, MoneyChoice.POLICY, MoneyChoice.KEEP


@pytest.mark.parametrize(
    ("choice", "fee", "found"),
    [
        (BACK, None, MoneyDecision(0, 4800, 0, 0, None, is_override=True)),
        (POLICY, None, MoneyDecision(2400, 2400, 2400, 0, None, is_override=False)),
        (POLICY, 1000, MoneyDecision(1000, 3800, 1000, 0, None, is_override=True)),
        (KEEP, None, MoneyDecision(0, 0, 4800, 0, None, is_override=True)),
    ],
)
def test_paid_in_full_and_half_of_it_is_the_fee(
    choice: MoneyChoice, fee: int | None, found: MoneyDecision
) -> None:
    assert decide_money(choice, paid=4800, policy=ByPolicy(2400), fee=fee) == found


def test_what_was_not_paid_of_the_fee_is_owed() -> None:
    found = decide_money(POLICY, paid=2000, policy=ByPolicy(4800))

    assert found == MoneyDecision(4800, 0, 2000, 2800, None, is_override=False)


def test_all_of_it_back_is_what_the_policy_says_while_it_is_free() -> None:
    assert not decide_money(BACK, paid=4800, policy=ByPolicy(0)).is_override
    assert decide_money(KEEP, paid=4800, policy=ByPolicy(0)).is_override


@pytest.mark.parametrize(
    ("choice", "keeps", "visit", "needs_reason"),
    [
        (BACK, True, False, True),
        (BACK, False, False, False),
        (POLICY, True, True, False),
        (POLICY, False, False, False),
        (KEEP, True, True, False),
        (KEEP, False, True, True),
    ],
)
def test_a_visit_of_a_plan_goes_back_or_stays_used(
    choice: MoneyChoice,
    keeps: bool,  # noqa: FBT001 - a column of the table
    visit: bool,  # noqa: FBT001
    needs_reason: bool,  # noqa: FBT001
) -> None:
    found = decide_money(choice, paid=0, policy=ByPolicy(0, keeps_visit=keeps))

    assert (found.keeps_visit, found.is_override) == (visit, needs_reason)


@pytest.mark.parametrize(("fee", "charged"), [(2401, 2400), (-1, 0)])
def test_a_fee_is_never_raised(fee: int, charged: int) -> None:
    assert decide_money(POLICY, paid=4800, policy=ByPolicy(2400), fee=fee).fee == charged


windows = some.lists(
    some.builds(FeeWindow, some.integers(0, 10_000), some.integers(1, 10_000))
    | some.builds(FeeWindow, some.integers(0, 10_000), some.none(), some.integers(1, 100_000)),
    max_size=4,
)


amounts = some.integers(0, 100_000)


@given(
    policy_of=some.tuples(windows, amounts, some.integers(-600, 12_000)),
    paid=amounts,
    choice=some.sampled_from(MoneyChoice),
    share=some.none() | some.floats(0, 1),
)
@settings(max_examples=300)
def test_what_was_paid_is_kept_or_refunded_whatever_the_policy_the_time_and_the_choice(
    policy_of: tuple[list[FeeWindow], int, int],
    paid: int,
    choice: MoneyChoice,
    share: float | None,
) -> None:
    windows, price, minutes_before = policy_of
    at = NOW - timedelta(minutes=minutes_before)
    policy = ByPolicy(fee_at(windows, starts_at=NOW, price=price, at=at))
    fee = None if share is None else int(policy.fee * share)

    it = decide_money(choice, paid=paid, policy=policy, fee=fee)

    assert it.kept + it.back == paid
    assert min(it.kept, it.back, it.owed, it.fee) >= 0
    assert it.fee <= policy.fee <= price
    if choice is POLICY:
        assert it.kept + it.owed == it.fee
