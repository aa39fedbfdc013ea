"""What cancelling costs how near to the start (rule B33). Pure.

Windows are elapsed minutes before the start (rules T3, T10); a share is in basis points of the
price, amounts are minor units of the business's currency.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

MAX_WINDOWS = 4
WHOLE = 10_000
"""All of the price, in basis points."""


class BadWindow(ValueError):
    """A window that says nothing, or something else than the one after it; the text says what."""


@dataclass(frozen=True, slots=True)
class FeeWindow:
    """From so many minutes before the start on, cancelling costs a share of the price (in basis
    points) or an amount (minor units); never more than the price."""

    minutes: int
    share: int | None = None
    amount: int | None = None

    def fee_of(self, price: int) -> int:
        """What it costs to cancel something of this price, rounded in the customer's favour."""
        if self.amount is not None:
            return min(self.amount, price)
        return price * (self.share or 0) // WHOLE


def windows_of(stored: Sequence[Sequence[int | None]]) -> tuple[FeeWindow, ...]:
    """The windows that are kept as JSON, the earliest first; they were read (``read_windows``) when
    they were typed."""
    windows = (FeeWindow(minutes or 0, share, amount) for minutes, share, amount in stored)
    return tuple(sorted(windows, key=lambda it: -it.minutes))


def read_windows(stored: Sequence[Any]) -> tuple[FeeWindow, ...]:
    """Read what is kept as JSON: lists of minutes, share, amount; the earliest window first.

    Raises:
        BadWindow: more than four, two of one moment, neither or both of share and amount, a share
            of nothing or of more than all, or a later window that costs less.
    """
    try:
        rows = [(_whole(minutes), share, amount) for minutes, share, amount in stored]
    except (TypeError, ValueError) as error:
        raise BadWindow("A window is [minutes, share, amount].") from error
    windows = windows_of(rows)
    if len(windows) > MAX_WINDOWS:
        raise BadWindow(f"At most {MAX_WINDOWS} windows.")
    if len({it.minutes for it in windows}) < len(windows):
        raise BadWindow("Two windows begin at the same moment.")
    for window in windows:
        _require_sense(window)
    for earlier, later in pairwise(windows):
        if (earlier.share is None) == (later.share is None) and _size(later) < _size(earlier):
            raise BadWindow("A later window cannot cost less than an earlier one.")
    return windows


def _whole(minutes: Any) -> int:
    if isinstance(minutes, bool) or not isinstance(minutes, int):
        raise TypeError(minutes)
    return minutes


def _size(window: FeeWindow) -> int:
    return window.share if window.share is not None else window.amount or 0


def _require_sense(window: FeeWindow) -> None:
    if window.minutes < 0 or (window.share is None) == (window.amount is None):
        raise BadWindow("A window has minutes before the start, and a share or an amount.")
    numbers = (it for it in (window.share, window.amount) if it is not None)
    if any(isinstance(it, bool) or not isinstance(it, int) for it in numbers):
        raise BadWindow("A window is [minutes, share, amount].")
    if window.share is not None and not 0 < window.share <= WHOLE:
        raise BadWindow("A share is more than nothing and at most all of the price.")
    if window.amount is not None and window.amount <= 0:
        raise BadWindow("An amount is more than nothing.")


def fee_at(windows: Sequence[FeeWindow], *, starts_at: datetime, price: int, at: datetime) -> int:
    """What it costs to cancel at this instant (minor units): of the windows that have begun the
    highest, so that waiting never makes it cheaper."""
    begun = (it.fee_of(price) for it in windows if at > starts_at - timedelta(minutes=it.minutes))
    return max(begun, default=0)


def fee_steps(
    windows: Sequence[FeeWindow], *, starts_at: datetime, price: int
) -> tuple[tuple[datetime, int], ...]:
    """From when (UTC, itself not included) cancelling costs how much, where it becomes more."""
    steps: list[tuple[datetime, int]] = []
    for window in windows:
        fee = window.fee_of(price)
        if fee > (steps[-1][1] if steps else 0):
            steps.append((starts_at - timedelta(minutes=window.minutes), fee))
    return tuple(steps)


def no_show_fee(windows: Sequence[FeeWindow], *, price: int) -> int:
    """What it costs not to come: as much as the last window."""
    return max((it.fee_of(price) for it in windows), default=0)
