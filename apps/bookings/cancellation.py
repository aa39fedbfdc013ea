"""The cancellation clock: what cancelling costs until when, as a table (rule B33); and what becomes
of the money where the team cancels (rule B35). Pure.

The table is made by the function that decides, ``fee_at``, so that the two cannot differ; what the
team reads before it cancels is made by the one that shares the money out, ``decide_money``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from apps.catalog.fee_windows import WHOLE, FeeWindow, fee_at, no_show_fee

UNDO_CANCELLATION = timedelta(minutes=10)
"""For so long customers can take their own cancellation back; their place is kept (rule B34)."""


def undo_ends_at(*, starts_at: datetime, is_explained: bool, now: datetime) -> datetime:
    """Until when a cancellation of now can be taken back (UTC): ten minutes, and not once it would
    have begun. is_explained: it lies beside the rules, and is not kept at all."""
    return now if is_explained else min(now + UNDO_CANCELLATION, starts_at)


@dataclass(frozen=True, slots=True)
class ClockRow:
    """Until this instant (UTC, itself included) cancelling costs fee; until is None for whoever
    comes later than the last moment, or not at all."""

    until: datetime | None
    fee: int
    is_now: bool = False


def clock_of(
    windows: Sequence[FeeWindow],
    *,
    last_moment: datetime,
    starts_at: datetime,
    price: int,
    now: datetime,
) -> tuple[ClockRow, ...]:
    """The table of the cancellation clock: what it costs until when, and after that.

    last_moment is until when the customer may cancel at all. The row that counts now is marked.
    """
    ends = {starts_at - timedelta(minutes=it.minutes) for it in windows}
    moments = sorted({it for it in ends if it < last_moment} | {last_moment})
    rows, before = [], None
    for until in moments:
        fee = fee_at(windows, starts_at=starts_at, price=price, at=until)
        is_now = now <= until and (before is None or now > before)
        rows.append(ClockRow(until, fee, is_now=is_now))
        before = until
    rows = _joined(rows)
    whole = no_show_fee(windows, price=price)
    is_now = now > last_moment
    if last_moment == starts_at and len(rows) > 1 and rows[-1].fee == whole:
        is_now = rows.pop().is_now or is_now  # it costs until it begins what it costs after that
    return (*rows, ClockRow(None, whole, is_now=is_now))


def visit_clock(
    *, free_minutes: int, last_moment: datetime, starts_at: datetime, now: datetime
) -> tuple[ClockRow, ...]:
    """The same table where a plan pays: its fee counts the visit, 0 as long as it goes back to the
    plan and 1 once it stays used. free_minutes is how long before the start that changes."""
    window = FeeWindow(free_minutes, share=WHOLE)
    return clock_of((window,), last_moment=last_moment, starts_at=starts_at, price=1, now=now)


def _joined(rows: Sequence[ClockRow]) -> list[ClockRow]:
    """Two rows that cost the same are one."""
    joined: list[ClockRow] = []
    for row in rows:
        last = joined[-1] if joined else None
        if last is not None and last.fee == row.fee:
            joined[-1] = ClockRow(row.until, row.fee, is_now=last.is_now or row.is_now)
        else:
            joined.append(row)
    return joined


class MoneyChoice(StrEnum):
    """What the team does with the money of what it cancels: all of it goes back and nothing is
    charged, the frozen policy counts as if the customer had cancelled, or nothing goes back."""

    BACK = "BACK"
    POLICY = "POLICY"
    KEEP = "KEEP"


@dataclass(frozen=True, slots=True)
class ByPolicy:
    """What the frozen policy says of a cancellation now: its fee (minor units), and whether the
    plan that pays keeps the visit, None where none pays."""

    fee: int
    keeps_visit: bool | None = None


@dataclass(frozen=True, slots=True)
class MoneyDecision:
    """What becomes of the money, in minor units: back goes back, kept stays of what was paid, owed
    is what of the fee was not paid yet. keeps_visit as in ``ByPolicy``. is_override: the policy
    says something else, so that a reason is needed."""

    fee: int
    back: int
    kept: int
    owed: int
    keeps_visit: bool | None
    is_override: bool


def decide_money(
    choice: MoneyChoice, *, paid: int, policy: ByPolicy, fee: int | None = None
) -> MoneyDecision:
    """Share out the money of something that the team cancels (rule B35): what was paid is kept or
    goes back, to the last unit. fee is what is charged where the policy counts, None for all that
    it says; it may be lowered or waived, and is never more than that.
    """
    has_visit = policy.keeps_visit is not None
    if choice is MoneyChoice.BACK:
        waives = policy.fee > 0 or bool(policy.keeps_visit)
        return MoneyDecision(0, paid, 0, 0, False if has_visit else None, is_override=waives)
    if choice is MoneyChoice.KEEP:
        others = paid != policy.fee or policy.keeps_visit is False
        return MoneyDecision(0, 0, paid, 0, True if has_visit else None, is_override=others)
    charged = policy.fee if fee is None else max(0, min(fee, policy.fee))
    kept = min(paid, charged)
    return MoneyDecision(
        charged, paid - kept, kept, charged - kept, policy.keeps_visit, charged < policy.fee
    )
