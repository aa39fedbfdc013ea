"""Numbers of a bench: medians, percentiles, ratios, and the aims they are held against. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import ceil
from typing import Any


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` (0..1) of all values do not exceed.

    Nearest rank, so every percentile is a value that was really measured.

    Raises:
        ValueError: there are no values, or the share is not within 0..1.
    """
    if not values or not 0 <= share <= 1:
        raise ValueError("A percentile needs values, and a share between 0 and 1.")
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def ratio(value: float, floor: float) -> float:
    """How many times the floor a value is; 0 when there is no floor to compare with."""
    return value / floor if floor > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Timing:
    """What repeated runs took, in milliseconds; the best is what noise touches least."""

    best: float
    median: float
    p95: float
    runs: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Timing":
        """Sum up durations given in seconds. Raises ValueError when there are none."""
        return cls(
            best=percentile(seconds, 0) * 1000,
            median=percentile(seconds, 0.5) * 1000,
            p95=percentile(seconds, 0.95) * 1000,
            runs=len(seconds),
        )


@dataclass(frozen=True, slots=True)
class Aim:
    """One promise of an issue and what was measured for it; ``at_most`` says which way is good."""

    what: str
    limit: float
    measured: float | None
    unit: str
    at_most: bool = True

    @property
    def verdict(self) -> str:
        """OK, MISS, or "not measured" when this run left it out."""
        if self.measured is None:
            return "not measured"
        kept = self.measured <= self.limit if self.at_most else self.measured >= self.limit
        return "OK" if kept else "MISS"

    def as_plain(self) -> dict[str, Any]:
        """For the file in which a leg hands its aims to the process that started it."""
        return asdict(self)
