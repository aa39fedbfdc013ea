"""What may still be done with a booking, and until when (rules B4, B5). Pure.

The buttons a page shows are the actions a POST accepts, because both ask `allowed_actions`.
Limits are elapsed minutes before the start (rules T3, T10).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from apps.bookings.states import Status
from apps.kernel.snapshots import freeze, thaw


class Action(StrEnum):
    CONFIRM = "CONFIRM"
    DECLINE = "DECLINE"
    CANCEL = "CANCEL"
    MOVE = "MOVE"
    NOTE = "NOTE"


class Reason(StrEnum):
    FINAL = "FINAL"
    WRONG_STATUS = "WRONG_STATUS"
    SWITCHED_OFF = "SWITCHED_OFF"
    TOO_LATE = "TOO_LATE"
    OVER = "OVER"


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules as they were when the booking was made (rule B5); minutes, None is no limit.

    A field that is added gets the default that was the rule before there was one.
    """

    VERSION: ClassVar[int] = 1

    cancel_allowed: bool = True
    cancel_until_minutes: int | None = 1440
    cancel_by_link: bool = True
    move_allowed: bool = True
    move_until_minutes: int | None = 1440
    move_by_link: bool = True
    max_participants: int = 1
    description: str = ""

    def as_snapshot(self) -> dict[str, Any]:
        """Return what is stored with a booking."""
        return freeze(self)

    @classmethod
    def from_snapshot(cls, snapshot: Mapping[str, Any]) -> "Policy":
        """Read what was stored with a booking, by code of any age."""
        return thaw(cls, snapshot)


@dataclass(frozen=True, slots=True)
class Verdict:
    """until is the last instant at which the action is allowed, where there is one."""

    allowed: bool
    reason: Reason | None = None
    until: datetime | None = None


def may_cancel(
    *, policy: Policy, status: Status, starts_at: datetime, now: datetime, is_team: bool
) -> Verdict:
    """Tell whether a booking may be cancelled now: the team always before it is over,
    the customer as the frozen policy says (rules B12, B5)."""
    if status not in {Status.PENDING, Status.CONFIRMED, Status.WAITING_LIST}:
        return Verdict(allowed=False, reason=Reason.FINAL)
    if is_team:
        return Verdict(allowed=True)
    return _within(
        switched_on=policy.cancel_allowed and policy.cancel_by_link,
        minutes=policy.cancel_until_minutes,
        starts_at=starts_at,
        now=now,
    )


def may_move_to_session(
    *, policy: Policy, status: Status, kind: str, starts_at: datetime, now: datetime, is_team: bool
) -> bool:
    """Tell whether a booking may go to another session of its class, or to another run of its
    course: the team always while it lives, the customer as the frozen policy says, and never with
    a course (rule B15)."""
    if status not in {Status.PENDING, Status.CONFIRMED} or kind == "APPOINTMENT":
        return False
    if is_team:
        return True
    if kind != "CLASS":
        return False
    return _within(
        switched_on=policy.move_allowed and policy.move_by_link,
        minutes=policy.move_until_minutes,
        starts_at=starts_at,
        now=now,
    ).allowed


def may_decide(*, status: Status) -> Verdict:
    """Tell whether the team may still confirm or decline: only requests wait for an answer."""
    if status is Status.PENDING:
        return Verdict(allowed=True)
    return Verdict(allowed=False, reason=Reason.WRONG_STATUS)


def allowed_actions(
    *, policy: Policy, status: Status, starts_at: datetime, now: datetime, is_team: bool
) -> frozenset[Action]:
    """List what this person may do with the booking right now (rules B1, B4)."""
    actions: set[Action] = set()
    if may_cancel(
        policy=policy, status=status, starts_at=starts_at, now=now, is_team=is_team
    ).allowed:
        actions.add(Action.CANCEL)
    if is_team:
        actions.add(Action.NOTE)
        if may_decide(status=status).allowed:
            actions |= {Action.CONFIRM, Action.DECLINE}
    return frozenset(actions)


def free_until(*, policy: Policy, starts_at: datetime) -> datetime | None:
    """Return the last instant (UTC) at which the customer may cancel, None when never."""
    if not policy.cancel_allowed:
        return None
    return starts_at - timedelta(minutes=policy.cancel_until_minutes or 0)


def is_free_now(*, policy: Policy, starts_at: datetime, now: datetime) -> bool:
    """Whether the customer may still cancel at this instant: until the one the pages name, which
    still counts, and never once it has begun."""
    until = free_until(policy=policy, starts_at=starts_at)
    return until is not None and now <= until and now < starts_at


def _within(
    *, switched_on: bool, minutes: int | None, starts_at: datetime, now: datetime
) -> Verdict:
    if not switched_on:
        return Verdict(allowed=False, reason=Reason.SWITCHED_OFF)
    if now >= starts_at:
        return Verdict(allowed=False, reason=Reason.OVER)
    until = starts_at - timedelta(minutes=minutes or 0)
    if now > until:
        return Verdict(allowed=False, reason=Reason.TOO_LATE, until=until)
    return Verdict(allowed=True, until=until)
