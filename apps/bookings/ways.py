"""How whoever booked comes to cancel or to move what is confirmed: by the link they have, signed
in, or through the team (rules B4, B41). Pure.

Pages before booking, mails and the page of a booking say what these functions say, which ask the
same rules as the tap does.
"""

from datetime import datetime
from enum import StrEnum

from apps.bookings.policy import Policy, may_cancel, may_move
from apps.bookings.states import Status


class Way(StrEnum):
    """LINK: on the page of the booking; SIGN_IN: there, once they are signed in; TEAM: they ask;
    NEVER: the policy leaves it to nobody."""

    LINK = "LINK"
    SIGN_IN = "SIGN_IN"
    TEAM = "TEAM"
    NEVER = "NEVER"


def way_to_cancel(
    policy: Policy, *, starts_at: datetime, now: datetime, has_mailbox: bool = True
) -> Way:
    """How it is cancelled now, if it is confirmed. policy is as it means to them (``as_for``);
    has_mailbox: there is an address of theirs, by which they can sign in."""
    if not policy.cancel_allowed:
        return Way.NEVER

    def may(policy: Policy) -> bool:
        return may_cancel(
            policy=policy, status=Status.CONFIRMED, starts_at=starts_at, now=now, is_team=False
        ).allowed

    if may(policy):
        return Way.LINK
    return Way.SIGN_IN if has_mailbox and may(policy.as_for(is_known=True)) else Way.TEAM


def way_to_move(
    policy: Policy,
    *,
    kind: str,
    starts_at: datetime,
    now: datetime,
    has_mailbox: bool = True,
    moved: int = 0,
) -> Way:
    """How it is moved now, or a move is asked for, if it is confirmed; what only the team moves
    is asked of it. moved: how often they have moved it so far."""

    def may(policy: Policy) -> bool:
        return may_move(
            policy=policy,
            status=Status.CONFIRMED,
            kind=kind,
            starts_at=starts_at,
            now=now,
            is_team=False,
            moved=moved,
        ).allowed

    if may(policy):
        return Way.LINK
    return Way.SIGN_IN if has_mailbox and may(policy.as_for(is_known=True)) else Way.TEAM


def ways_beforehand(policy: Policy, *, kind: str) -> tuple[Way, Way]:
    """How it will be cancelled and moved, before a time is chosen."""
    cancel = Way.LINK if policy.cancel_by_link else Way.SIGN_IN
    move = Way.LINK if policy.move_by_link else Way.SIGN_IN
    is_moved = policy.move_allowed and kind != "COURSE"
    return cancel if policy.cancel_allowed else Way.NEVER, move if is_moved else Way.TEAM
