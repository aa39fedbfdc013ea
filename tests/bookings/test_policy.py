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
    may_move,
)
from apps.bookings.states import Status

STARTS = datetime(2026, 11, 26, 9, 15, tzinfo=UTC)
A_DAY_BEFORE = STARTS - timedelta(hours=24)
ANSWERS = (Action.CONFIRM, Action.DECLINE)


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
        (Status.PENDING, True, {*ANSWERS, Action.CANCEL, Action.MOVE, Action.NOTE}),
        (Status.CONFIRMED, True, {Action.CANCEL, Action.MOVE, Action.NOTE}),
        (Status.CANCELED, True, {Action.NOTE}),
        (Status.PENDING, False, {Action.CANCEL, Action.MOVE}),
        (Status.CONFIRMED, False, {Action.CANCEL, Action.MOVE}),
        (Status.DECLINED, False, set()),
    ],
)
def test_actions_by_status_and_person(
    status: Status,
    is_team: bool,  # noqa: FBT001 - a column of the table above
    actions: set[Action],
) -> None:
    found = allowed_actions(
        policy=house_rules(),
        status=status,
        kind="APPOINTMENT",
        starts_at=STARTS,
        now=A_DAY_BEFORE,
        is_team=is_team,
    )

    assert found == actions


def move(*, now: datetime = A_DAY_BEFORE, **named: Any) -> Verdict:
    facts = {"status": Status.CONFIRMED, "kind": "APPOINTMENT", "is_team": False, **named}
    rules = facts.pop("rules", {})
    return may_move(policy=house_rules(**rules), starts_at=STARTS, now=now, **facts)


def test_the_last_second_still_moves_and_the_next_one_says_until_when_it_did() -> None:
    late = move(now=A_DAY_BEFORE + timedelta(seconds=1))

    assert move() == Verdict(allowed=True, until=A_DAY_BEFORE)
    assert late == Verdict(allowed=False, reason=Reason.TOO_LATE, until=A_DAY_BEFORE)


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ({"rules": {"move_allowed": False}}, Reason.SWITCHED_OFF),
        ({"rules": {"move_by_link": False}}, Reason.SWITCHED_OFF),
        ({"now": STARTS, "rules": {"move_until_minutes": None}}, Reason.OVER),
        ({"status": Status.CANCELED}, Reason.FINAL),
        ({"status": Status.WAITING_LIST}, Reason.FINAL),
        ({"kind": "COURSE"}, Reason.WHOLE_COURSE),
        ({"asks_first": True}, Reason.ASKS_FIRST),
    ],
)
def test_why_a_customer_does_not_move(named: dict[str, Any], reason: Reason) -> None:
    assert move(**named).reason is reason


def test_the_team_moves_what_lives_whatever_the_policy_says() -> None:
    rules = {"move_allowed": False}

    assert move(is_team=True, rules=rules, now=STARTS, asks_first=True) == Verdict(allowed=True)
    assert move(is_team=True, status=Status.DECLINED).reason is Reason.FINAL


def test_limits_of_a_move_are_elapsed_time_also_over_the_clock_change() -> None:
    """24 hours before Sunday 10:00 in New York is Saturday 09:00."""
    sunday, saturday = (datetime(2026, 3, day, 14, 0, tzinfo=UTC) for day in (8, 7))
    verdict = may_move(
        policy=house_rules(),
        status=Status.CONFIRMED,
        kind="APPOINTMENT",
        starts_at=sunday,
        now=saturday,
        is_team=False,
    )

    assert verdict == Verdict(allowed=True, until=saturday)


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
