"""The clock of the tests: it stands still, at the hour of the pictures or where `--today` says."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from zlib import crc32

import time_machine

NOW = datetime(2026, 11, 24, 9, 42, tzinfo=UTC)
"""Tuesday, 10:42 in Berlin, as in the pictures."""


ANY = "any"
DAYS = tuple(
    datetime.fromisoformat(f"{day}+00:00")
    for day in ("2027-03-27T20:00", "2027-10-30T20:00", "2026-12-31T21:00", "2028-02-29T12:00")
)
"""The evenings before both clock changes, New Year's Eve, a leap day."""


def day_of(test: str, today: datetime | str) -> datetime:
    """Where the clock stands for this test: with `any` on one of the DAYS, always the same one."""
    return DAYS[crc32(test.encode()) % len(DAYS)] if isinstance(today, str) else today


def read_today(text: str) -> datetime | str:
    """What `--today` says: a moment, or `any`."""
    return ANY if text == ANY else read_moment(text)


def read_moment(text: str) -> datetime:
    """An instant from `2028-02-29` (noon UTC) or `2028-02-29T21:30+00:00`."""
    moment = datetime.fromisoformat(text if "T" in text else f"{text}T12:00")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@contextmanager
def standing_at(moment: datetime) -> Iterator[time_machine.Traveller]:
    """Every clock of this process stands at `moment`."""
    with time_machine.travel(moment, tick=False) as traveller:
        yield traveller
