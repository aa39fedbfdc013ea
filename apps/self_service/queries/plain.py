"""How values stand in the file of somebody's own data."""

from datetime import date, datetime
from typing import Any

Plain = dict[str, Any]


def at_words(at: datetime | None) -> str | None:
    """An instant in UTC, as ISO 8601 writes it: "2026-11-26T09:15:00Z"."""
    return at.isoformat().replace("+00:00", "Z") if at else None


def on_words(on: date | None) -> str | None:
    """A day of the place: "2026-11-26"."""
    return on.isoformat() if on else None


def minutes_words(minutes: int) -> str:
    """Minutes after midnight as a clock shows them: "09:15", and "24:00" for the end of the day."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
