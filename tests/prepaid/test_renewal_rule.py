"""When a membership is paid for again: the rule alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from apps.prepaid.renewals import (
    GRACE,
    LEAD,
    MAX_TRIES,
    Membership,
    Step,
    first_try_at,
    is_spent,
    next_step,
    next_try_at,
    renews,
)

END = datetime(2026, 12, 23, 23, tzinfo=UTC)
MOMENT = timedelta(seconds=1)
CARL = Membership(
    renews=True, is_open=True, ends_at=END, has_card=True, tries=0, is_under_way=False
)


@pytest.mark.parametrize(
    ("at", "step"),
    [
        (END - LEAD - MOMENT, Step.REST),
        (END - LEAD, Step.CHARGE),
        (END, Step.CHARGE),
        (END + GRACE - MOMENT, Step.CHARGE),
        (END + GRACE, Step.REST),
    ],
)
def test_a_card_is_charged_from_a_day_before_the_end(at: datetime, step: Step) -> None:
    assert next_step(CARL, now=at) == step


@pytest.mark.parametrize(
    ("member", "step"),
    [
        (replace(CARL, renews=False), Step.REST),
        (replace(CARL, ends_at=None), Step.REST),
        (replace(CARL, is_under_way=True), Step.WAIT),
        (replace(CARL, is_under_way=True, has_card=False), Step.WAIT),
        (replace(CARL, is_open=False), Step.WAIT),
        (replace(CARL, tries=MAX_TRIES - 1), Step.CHARGE),
        (replace(CARL, tries=MAX_TRIES), Step.ASK),
        (replace(CARL, has_card=False), Step.ASK),
    ],
)
def test_who_is_charged_who_is_asked_and_who_is_left_alone(member: Membership, step: Step) -> None:
    assert next_step(member, now=END - LEAD) == step


def test_a_card_that_says_no_is_tried_three_times_before_the_end() -> None:
    first = first_try_at(END)
    assert first is not None
    second = next_try_at(tries=1, failed_at=first, ends_at=END)
    assert second is not None
    third = next_try_at(tries=2, failed_at=second, ends_at=END)

    assert (first, second, third) == (
        END - timedelta(hours=24),
        END - timedelta(hours=21),
        END - timedelta(hours=12),
    )
    assert next_try_at(tries=3, failed_at=END, ends_at=END) is None
    moved_away = END + timedelta(hours=6)
    assert next_try_at(tries=1, failed_at=first, ends_at=moved_away) == moved_away - LEAD
    assert first_try_at(None) is None


@pytest.mark.parametrize(
    ("renews", "is_under_way", "after", "spent"),
    [
        (False, False, -MOMENT, False),
        (False, False, timedelta(0), True),
        (False, True, timedelta(0), False),
        (True, False, timedelta(0), False),
        (True, False, GRACE - MOMENT, False),
        (True, False, GRACE, True),
        (True, True, GRACE, False),
    ],
)
def test_a_plan_is_over_when_nobody_can_pay_for_it_any_more(
    *, renews: bool, is_under_way: bool, after: timedelta, spent: bool
) -> None:
    told = is_spent(ends_at=END, renews=renews, is_under_way=is_under_way, now=END + after)

    assert told == spent


def test_a_plan_without_end_is_never_over() -> None:
    assert not is_spent(ends_at=None, renews=False, is_under_way=False, now=END)


@pytest.mark.parametrize(
    ("kind", "price", "told"),
    [
        ("PACKAGE", 4900, False),
        ("CREDITS", 4900, True),
        ("UNLIMITED", 1, True),
        ("CREDITS", 0, False),
    ],
)
def test_memberships_that_cost_something_renew(kind: str, price: int, *, told: bool) -> None:
    assert renews(kind, price) == told
