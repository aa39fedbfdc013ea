"""The clock of the tests: it stands still, at the hour of the pictures or where `--today` says."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import time_machine

NOW = datetime(2026, 11, 24, 9, 42, tzinfo=UTC)
"""Tuesday, 10:42 in Berlin, as in the pictures."""


def read_moment(text: str) -> datetime:
    """An instant from `2028-02-29` (noon UTC) or `2028-02-29T21:30+00:00`."""
    moment = datetime.fromisoformat(text if "T" in text else f"{text}T12:00")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@contextmanager
def standing_at(moment: datetime) -> Iterator[time_machine.Traveller]:
    """Every clock of this process stands at `moment`."""
    with time_machine.travel(moment, tick=False) as traveller:
        yield traveller
