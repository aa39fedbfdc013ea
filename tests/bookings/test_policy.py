"""What may still be done, by the policy frozen with the booking (rules B4, B5)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.bookings.policy import (
    Action,
    Policy,
    Reason,
    Verdict,
    allowed_actions,
    free_until,
    may_cancel,
)
from apps.bookings.states import Status

STARTS = datetime(2026, 11, 26, 9, 15, tzinfo=UTC)
A_DAY_BEFORE = STARTS - timedelta(hours=24)


def house_rules(**changes: object) -> Policy:
    rules: dict[str, object] = {
        "cancel_allowed": True,
        "cancel_until_minutes": 1440,
        "cancel_by_link": True,
        "move_allowed": True,
        "move_until_minutes": 1440,
        "move_by_link": True,
        "max_participants": 1,
        "description": "",
    }
    return Policy.from_snapshot(rules | changes)


def cancel(*, now: datetime, status: Status = Status.CONFIRMED, **changes: object) -> Verdict:
    return may_cancel(
        policy=house_rules(**changes), status=status, starts_at=STARTS, now=now, is_team=False
    )


def test_the_last_second_of_the_free_time_still_cancels() -> None:
    assert cancel(now=A_DAY_BEFORE) == Verdict(allowed=True, until=A_DAY_BEFORE)


def test_a_second_later_is_too_late_and_says_until_when() -> None:
    verdict = cancel(now=A_DAY_BEFORE + timedelta(seconds=1))

    assert verdict == Verdict(allowed=False, reason=Reason.TOO_LATE, until=A_DAY_BEFORE)


def test_without_a_limit_it_can_be_canceled_until_it_starts() -> None:
    assert cancel(now=STARTS - timedelta(seconds=1), cancel_until_minutes=None).allowed
    assert cancel(now=STARTS, cancel_until_minutes=None).reason is Reason.OVER


@pytest.mark.parametrize("switch", ["cancel_allowed", "cancel_by_link"])
def test_a_business_can_switch_it_off(switch: str) -> None:
    off: dict[str, Any] = {switch: False}

    verdict = cancel(now=A_DAY_BEFORE, **off)

    assert verdict == Verdict(allowed=False, reason=Reason.SWITCHED_OFF)


@pytest.mark.parametrize("status", [Status.DECLINED, Status.CANCELED, Status.CREATED])
def test_what_is_final_or_unfinished_is_not_canceled(status: Status) -> None:
    assert cancel(now=A_DAY_BEFORE, status=status).reason is Reason.FINAL


def test_the_team_cancels_whatever_the_policy_says() -> None:
    verdict = may_cancel(
        policy=house_rules(cancel_allowed=False),
        status=Status.CONFIRMED,
        starts_at=STARTS,
        now=STARTS,
        is_team=True,
    )

    assert verdict.allowed


@pytest.mark.parametrize(
    ("status", "is_team", "actions"),
    [
        (Status.PENDING, True, {Action.CONFIRM, Action.DECLINE, Action.CANCEL, Action.NOTE}),
        (Status.CONFIRMED, True, {Action.CANCEL, Action.NOTE}),
        (Status.CANCELED, True, {Action.NOTE}),
        (Status.PENDING, False, {Action.CANCEL}),
        (Status.CONFIRMED, False, {Action.CANCEL}),
        (Status.DECLINED, False, set()),
    ],
)
def test_actions_by_status_and_person(
    status: Status,
    is_team: bool,  # noqa: FBT001 - a column of the table above
    actions: set[Action],
) -> None:
    found = allowed_actions(
        policy=house_rules(), status=status, starts_at=STARTS, now=A_DAY_BEFORE, is_team=is_team
    )

    assert found == actions


def test_a_snapshot_comes_back_as_it_was() -> None:
    rules = house_rules(description="Ring twice.")

    assert Policy.from_snapshot(rules.as_snapshot()) == rules


def test_free_until_is_elapsed_time_also_over_the_clock_change() -> None:
    """Golden case P01: 24 hours before Sunday 10:00 in New York is Saturday 09:00."""
    sunday = datetime(2026, 3, 8, 14, 0, tzinfo=UTC)

    assert free_until(policy=house_rules(), starts_at=sunday) == datetime(
        2026, 3, 7, 14, 0, tzinfo=UTC
    )


def test_where_nobody_may_cancel_there_is_no_free_time() -> None:
    assert free_until(policy=house_rules(cancel_allowed=False), starts_at=STARTS) is None
