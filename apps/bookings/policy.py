"""What was promised when it was booked, frozen on the booking: what may still be done with it, and
until when (rules B4, B5), and the service as it was: where it happens, what to mind, how it is
paid. Pure.

The buttons a page shows are the actions a POST accepts, because both ask `allowed_actions`. Limits
are elapsed minutes before the start (rules T3, T10). Pages, mails and calendar files about a
booking read the frozen service; only who books next reads the service.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from apps.bookings.cancellation import ClockRow, clock_of
from apps.bookings.states import Status
from apps.catalog.fee_windows import FeeWindow, fee_at, windows_of
from apps.kernel.snapshots import freeze, thaw


class Action(StrEnum):
    CONFIRM = "CONFIRM"
    DECLINE = "DECLINE"
    CANCEL = "CANCEL"
    MOVE = "MOVE"
    ASK_TO_MOVE = "ASK_TO_MOVE"
    ANSWER_MOVE = "ANSWER_MOVE"
    NOTE = "NOTE"


class Reason(StrEnum):
    FINAL = "FINAL"
    WRONG_STATUS = "WRONG_STATUS"
    SWITCHED_OFF = "SWITCHED_OFF"
    TOO_LATE = "TOO_LATE"
    OVER = "OVER"
    WHOLE_COURSE = "WHOLE_COURSE"
    ASKS_FIRST = "ASKS_FIRST"
    HAS_ASKED = "HAS_ASKED"
    MOVED_OFTEN = "MOVED_OFTEN"


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules as they were when the booking was made (rule B5); minutes, None is no limit.
    fee_windows say what cancelling costs how near to the start; none: nothing, as long as it is
    allowed (rule B33). max_moves: how often its customer may move it.

    A field that is added gets the default that was the rule before there was one.
    """

    VERSION: ClassVar[int] = 3

    cancel_allowed: bool = True
    cancel_until_minutes: int | None = 1440
    cancel_by_link: bool = True
    move_allowed: bool = True
    move_until_minutes: int | None = 1440
    move_by_link: bool = True
    max_participants: int = 1
    description: str = ""
    fee_windows: tuple[FeeWindow, ...] = ()
    max_moves: int | None = None

    def as_snapshot(self) -> dict[str, Any]:
        """Return what is stored with a booking."""
        windows = [[it.minutes, it.share, it.amount] for it in self.fee_windows]
        return freeze(self) | {"fee_windows": windows}

    def as_for(self, *, is_known: bool) -> "Policy":
        """What it means to somebody: whoever is signed in as its customer is no guest."""
        return replace(self, cancel_by_link=True, move_by_link=True) if is_known else self

    @classmethod
    def from_snapshot(cls, snapshot: Mapping[str, Any]) -> "Policy":
        """Read what was stored with a booking, by code of any age."""
        return thaw(cls, {**snapshot, "fee_windows": windows_of(snapshot.get("fee_windows", ()))})


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
    the customer as the frozen policy says (rules B12, B5). What nobody has said yes to yet is
    withdrawn until it would begin."""
    if status not in {Status.PENDING, Status.CONFIRMED, Status.WAITING_LIST}:
        return Verdict(allowed=False, reason=Reason.FINAL)
    if is_team:
        return Verdict(allowed=True)
    is_promised = status is Status.CONFIRMED
    return _within(
        switched_on=not is_promised or (policy.cancel_allowed and policy.cancel_by_link),
        minutes=policy.cancel_until_minutes if is_promised else 0,
        starts_at=starts_at,
        now=now,
    )


def fee_now(
    *, policy: Policy, status: Status, starts_at: datetime, price: int | None, now: datetime
) -> int:
    """What cancelling costs its customer now, in minor units: nothing while nobody has said yes to
    it, else what the clock says (rule B33)."""
    if status is not Status.CONFIRMED:
        return 0
    return fee_at(policy.fee_windows, starts_at=starts_at, price=price or 0, at=now)


def cancellation_clock(
    *, policy: Policy, starts_at: datetime, price: int | None, now: datetime
) -> tuple[ClockRow, ...]:
    """The table of what cancelling costs until when; empty where it is never allowed."""
    if not policy.cancel_allowed:
        return ()
    return clock_of(
        policy.fee_windows,
        last_moment=starts_at - timedelta(minutes=policy.cancel_until_minutes or 0),
        starts_at=starts_at,
        price=price or 0,
        now=now,
    )


def may_move(
    *,
    policy: Policy,
    status: Status,
    kind: str,
    starts_at: datetime,
    now: datetime,
    is_team: bool,
    asks_first: bool = False,
    moved: int = 0,
) -> Verdict:
    """Tell whether a booking may go to another time: the team always while it lives, the customer
    as the frozen policy says, never with a course (rules B15, B32). asks_first: the team said yes
    to this time, and to no other. moved: how often its customer has moved it so far."""
    if status not in {Status.PENDING, Status.CONFIRMED}:
        return Verdict(allowed=False, reason=Reason.FINAL)
    if is_team:
        return Verdict(allowed=True)
    if kind == "COURSE":
        return Verdict(allowed=False, reason=Reason.WHOLE_COURSE)
    if asks_first:
        return Verdict(allowed=False, reason=Reason.ASKS_FIRST)
    return _may_go(policy, starts_at=starts_at, now=now, moved=moved)


def may_ask_to_move(
    *,
    policy: Policy,
    status: Status,
    kind: str,
    starts_at: datetime,
    now: datetime,
    asks_first: bool,
    has_asked: bool,
    moved: int = 0,
) -> Verdict:
    """Tell whether its customer may ask the team for another time: of a confirmed appointment or
    class where the team agrees to each, as long as they could move another one (rule B38), and not
    while they wait for an answer already (has_asked)."""
    if status is not Status.CONFIRMED or kind == "COURSE" or not asks_first:
        return Verdict(allowed=False, reason=Reason.WRONG_STATUS)
    if has_asked:
        return Verdict(allowed=False, reason=Reason.HAS_ASKED)
    return _may_go(policy, starts_at=starts_at, now=now, moved=moved)


def _may_go(policy: Policy, *, starts_at: datetime, now: datetime, moved: int) -> Verdict:
    """What the frozen policy says to a customer who has moved a booking so often. For a guest it is
    switched off only where whoever is signed in could."""
    switched_on = policy.move_allowed
    if switched_on and not policy.move_by_link:
        known = _may_go(policy.as_for(is_known=True), starts_at=starts_at, now=now, moved=moved)
        return Verdict(allowed=False, reason=Reason.SWITCHED_OFF) if known.allowed else known
    if switched_on and policy.max_moves is not None and moved >= policy.max_moves:
        return Verdict(allowed=False, reason=Reason.MOVED_OFTEN)
    minutes = _move_minutes(policy)
    return _within(switched_on=switched_on, minutes=minutes, starts_at=starts_at, now=now)


def _move_minutes(policy: Policy) -> int:
    """How long before the start customers may move at the latest: never once cancelling costs
    something, for whoever moved out of a paid window would then cancel for nothing (rule B33)."""
    return max([policy.move_until_minutes or 0, *(it.minutes for it in policy.fee_windows)])


def may_move_to_session(
    *,
    policy: Policy,
    status: Status,
    kind: str,
    starts_at: datetime,
    now: datetime,
    is_team: bool,
    moved: int = 0,
) -> bool:
    """The same of a session of its class, or a run of its course, to another one."""
    verdict = may_move(
        policy=policy,
        status=status,
        kind=kind,
        starts_at=starts_at,
        now=now,
        is_team=is_team,
        moved=moved,
    )
    return kind != "APPOINTMENT" and verdict.allowed


def may_decide(*, status: Status) -> Verdict:
    """Tell whether the team may still confirm or decline: only requests wait for an answer."""
    if status is Status.PENDING:
        return Verdict(allowed=True)
    return Verdict(allowed=False, reason=Reason.WRONG_STATUS)


def allowed_actions(
    *,
    policy: Policy,
    status: Status,
    kind: str,
    starts_at: datetime,
    now: datetime,
    is_team: bool,
    asks_first: bool = False,
    has_asked: bool = False,
    moved: int = 0,
) -> frozenset[Action]:
    """List what this person may do with the booking right now (rules B1, B4)."""
    ending = may_cancel(policy=policy, status=status, starts_at=starts_at, now=now, is_team=is_team)
    actions = {Action.CANCEL} if ending.allowed else set()
    if may_move(
        policy=policy,
        status=status,
        kind=kind,
        starts_at=starts_at,
        now=now,
        is_team=is_team,
        asks_first=asks_first,
        moved=moved,
    ).allowed:
        actions.add(Action.MOVE)
    asking = may_ask_to_move(
        policy=policy,
        status=status,
        kind=kind,
        starts_at=starts_at,
        now=now,
        asks_first=asks_first,
        has_asked=has_asked,
        moved=moved,
    )
    if is_team:
        return frozenset(actions | _only_of_the_team(status, has_asked=has_asked))
    return frozenset(actions | {Action.ASK_TO_MOVE} if asking.allowed else actions)


def _only_of_the_team(status: Status, *, has_asked: bool) -> set[Action]:
    actions = {Action.NOTE}
    if has_asked:
        actions.add(Action.ANSWER_MOVE)
    if may_decide(status=status).allowed:
        actions |= {Action.CONFIRM, Action.DECLINE}
    return actions


def free_minutes(policy: Policy) -> int:
    """How long before the start cancelling ceases to be free: the earliest window, or the last
    moment at which it is possible at all."""
    return max([policy.cancel_until_minutes or 0, *(it.minutes for it in policy.fee_windows)])


def free_until(*, policy: Policy, starts_at: datetime) -> datetime | None:
    """Return the last instant (UTC) at which the customer may cancel free of charge, None when
    never."""
    if not policy.cancel_allowed:
        return None
    return starts_at - timedelta(minutes=free_minutes(policy))


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


class Venue(StrEnum):
    """Whose place it happens at."""

    BUSINESS = "BUSINESS"
    CUSTOMER = "CUSTOMER"
    ONLINE = "ONLINE"


class TakesPlace(Protocol):
    """A service, as far as it says where it happens."""

    online: Any
    home_visit: Any


def venue_of(service: TakesPlace) -> Venue:
    """Whose place a service happens at, for whoever books it now."""
    if service.online:
        return Venue.ONLINE
    return Venue.CUSTOMER if service.home_visit else Venue.BUSINESS


@dataclass(frozen=True, slots=True)
class ServiceSnapshot:
    """What was promised besides price and policy, which are frozen beside it.

    address is the business's, in one line; that of a home visit is the booking's visit_address.
    online_link is the service's own, or what the team typed for this booking, "" until then.
    arrival_note is what to mind on the day, place_word what the business calls its place.
    requires_approval and allows_multiple_requests say how the booking was asked for. extras
    are the names of its add-ons, mix tells how many people come as what; the rows beside the
    booking have their prices. tax_rate is the tax in its price, in basis points; tax_included says
    whether the business kept its prices with it. Every field
    has a default, for snapshots that were taken before it existed.
    """

    VERSION: ClassVar[int] = 2

    venue: Venue = Venue.BUSINESS
    address: str = ""
    online_link: str = ""
    arrival_note: str = ""
    place_word: str = "studio"
    pays_in_person: bool = True
    pays_online: bool = False
    any_amount: bool = False
    tax_rate: int = 0
    tax_included: bool = True
    requires_approval: bool = False
    allows_multiple_requests: bool = False
    answer_within_hours: int = 24
    extras: tuple[str, ...] = ()
    mix: tuple[tuple[int, str], ...] = ()

    @property
    def is_online(self) -> bool:
        return self.venue is Venue.ONLINE

    @property
    def is_home_visit(self) -> bool:
        return self.venue is Venue.CUSTOMER

    def as_snapshot(self) -> dict[str, Any]:
        """Return what is stored with a booking."""
        plain = {
            "venue": self.venue.value,
            "extras": list(self.extras),
            "mix": [list(it) for it in self.mix],
        }
        return freeze(self) | plain

    @classmethod
    def from_snapshot(cls, snapshot: Mapping[str, Any]) -> "ServiceSnapshot":
        """Read what was stored with a booking, by code of any age."""
        typed = {
            "venue": Venue(snapshot.get("venue", Venue.BUSINESS)),
            "extras": tuple(snapshot.get("extras", ())),
            "mix": tuple((people, name) for people, name in snapshot.get("mix", ())),
        }
        return thaw(cls, {**snapshot, **typed})
