"""What in a schedule does not do what whoever typed it may believe: for its editor to say."""

from dataclasses import dataclass
from datetime import date

from apps.availability.models import DateException, Schedule


@dataclass(frozen=True, slots=True)
class Contradictions:
    """closed_on are dates with a closing and hours: the closing wins. is_never: no hours at all.

    ignores_week: it follows the business although it has weekly hours of its own.
    """

    closed_on: tuple[date, ...]
    is_never: bool
    ignores_week: bool


def find_contradictions(*, schedule: Schedule) -> Contradictions:
    """Look at a schedule as it is stored now, in two queries."""
    rows = DateException.objects.filter(schedule=schedule)
    kinds: dict[date, set[bool]] = {}
    for on, starts_minute in rows.values_list("on", "starts_minute"):
        kinds.setdefault(on, set()).add(starts_minute is None)
    has_week = schedule.weekly_hours.exists()
    has_special = any(False in found for found in kinds.values())
    return Contradictions(
        closed_on=tuple(sorted(on for on, found in kinds.items() if found == {True, False})),
        is_never=not (has_week or has_special or schedule.follows_business),
        ignores_week=has_week and schedule.follows_business,
    )
