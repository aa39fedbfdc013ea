"""When a membership is paid for again, and what is done about it (rule M18). Pure.

Instants are aware UTC.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LEAD = timedelta(days=1)
"""How long before its end a membership is paid for again."""
WAITS = (timedelta(hours=3), timedelta(hours=9))
"""How long a card rests after it was declined, or after its provider did not answer in time."""
MAX_TRIES = len(WAITS) + 1
CHARGE_WITHIN = timedelta(hours=2)
"""How long one try may take while the provider does not answer."""
GRACE = timedelta(days=3)
"""How long a membership whose next period was not paid can still be paid for after its end."""
LOOK_AGAIN = timedelta(minutes=30)


class Step(StrEnum):
    """REST: nothing is due. WAIT: look again later. CHARGE: the saved card. ASK: its holder."""

    REST = "REST"
    WAIT = "WAIT"
    CHARGE = "CHARGE"
    ASK = "ASK"


@dataclass(frozen=True, slots=True)
class Membership:
    """renews: also that it is active. is_open: its business is. tries counts how often the card
    was asked for the next period; is_under_way: some payment for it has no answer yet."""

    renews: bool
    is_open: bool
    ends_at: datetime | None
    has_card: bool
    tries: int
    is_under_way: bool


def next_step(it: Membership, *, now: datetime) -> Step:
    """What is to be done about the next period of a membership.

    Two payments for one period are never under way at once. A business that is closed charges
    nobody.
    """
    if not it.renews or it.ends_at is None:
        return Step.REST
    if now < it.ends_at - LEAD or now >= it.ends_at + GRACE:
        return Step.REST
    if it.is_under_way or not it.is_open:
        return Step.WAIT
    if it.has_card and it.tries < MAX_TRIES:
        return Step.CHARGE
    return Step.ASK


def renews(kind: str, price: int) -> bool:
    """Whether what is bought online renews after its period: memberships that cost something."""
    return kind != "PACKAGE" and price > 0


def first_try_at(ends_at: datetime | None) -> datetime | None:
    """When the period after this end is charged; None where there is no end."""
    return None if ends_at is None else ends_at - LEAD


def next_try_at(*, tries: int, failed_at: datetime, ends_at: datetime | None) -> datetime | None:
    """When a card that failed so often (once at least) is tried again; None for never. Not before
    the day on which anything is due: the end may have moved away meanwhile."""
    if tries >= MAX_TRIES:
        return None
    again = failed_at + WAITS[tries - 1]
    return max(again, first_try_at(ends_at) or again)


def is_spent(*, ends_at: datetime | None, renews: bool, is_under_way: bool, now: datetime) -> bool:
    """Whether an active plan is over: at its end, or three days later where the next period may
    still be paid; never while a payment is under way."""
    if ends_at is None or is_under_way:
        return False
    return ends_at + (GRACE if renews else timedelta(0)) <= now
