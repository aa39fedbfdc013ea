"""Who may do what in the dashboard: one table, written out in docs/roles.md. Pure.

Views are opened by rights, never by names of roles, and the buttons of a page come from the same
table, so that what is rendered is what is accepted.
"""

from collections.abc import Collection
from enum import StrEnum

from apps.bookings.policy import Action


class Right(StrEnum):
    """LOOK opens Today, the calendar and bookings; the others say what is in them."""

    LOOK = "LOOK"
    SEE_EVERYBODY = "SEE_EVERYBODY"
    SEE_CONTACT = "SEE_CONTACT"
    SEE_SENSITIVE = "SEE_SENSITIVE"
    SEE_MONEY = "SEE_MONEY"
    DECIDE = "DECIDE"
    OVERRIDE = "OVERRIDE"
    CANCEL = "CANCEL"
    NOTE = "NOTE"
    DIAGNOSE = "DIAGNOSE"
    BLOCK = "BLOCK"
    CHECK_IN = "CHECK_IN"
    SCHEDULE_CLASSES = "SCHEDULE_CLASSES"
    WAITLIST = "WAITLIST"
    TAKE_MONEY = "TAKE_MONEY"
    REFUND = "REFUND"
    RESOLVE = "RESOLVE"
    COUPONS = "COUPONS"
    PRICES = "PRICES"
    OFFER_PLANS = "OFFER_PLANS"
    SELL = "SELL"
    SETTINGS = "SETTINGS"
    MAKE_LINK = "MAKE_LINK"
    ERASE = "ERASE"


EVERY_ROLE = ("OWNER", "MANAGER", "FRONT_DESK", "STAFF", "ACCOUNTANT")

ROLES: dict[str, frozenset[Right]] = {
    "OWNER": frozenset(Right),
    "MANAGER": frozenset(Right),
    "FRONT_DESK": frozenset(Right)
    - {
        Right.OVERRIDE,
        Right.BLOCK,
        Right.SCHEDULE_CLASSES,
        Right.REFUND,
        Right.RESOLVE,
        Right.COUPONS,
    }
    - {Right.PRICES, Right.OFFER_PLANS, Right.SETTINGS, Right.ERASE},
    # Without SEE_EVERYBODY only the bookings of one's own chair exist.
    "STAFF": frozenset({Right.LOOK, Right.SEE_CONTACT, Right.DECIDE, Right.NOTE, Right.CHECK_IN}),
    "ACCOUNTANT": frozenset({Right.LOOK, Right.SEE_EVERYBODY, Right.SEE_MONEY}),
}

NEEDED = {
    Action.CONFIRM: Right.DECIDE,
    Action.DECLINE: Right.DECIDE,
    Action.CANCEL: Right.CANCEL,
    Action.MOVE: Right.CANCEL,
    Action.NOTE: Right.NOTE,
    Action.ANSWER_MOVE: Right.DECIDE,
}


def roles_with(right: Right) -> tuple[str, ...]:
    """List the roles that have a right, for ``@guarded``."""
    return tuple(role for role in EVERY_ROLE if right in ROLES[role])


def permitted(actions: Collection[Action], *, rights: frozenset[Right]) -> frozenset[Action]:
    """Keep, of what the booking allows, what this role may do; actions without a right never."""
    return frozenset(action for action in actions if NEEDED.get(action) in rights)
