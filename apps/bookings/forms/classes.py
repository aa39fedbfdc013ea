"""The addresses of the timetable and of a session: what of them can be read (ux.md C5, C6)."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from django.http import QueryDict

from apps.bookings.forms.picks import Unreadable, read_number
from apps.bookings.queries.periods import week_start
from apps.bookings.queries.timetable import Filters, Part

WEEK_NAME = re.compile(r"([0-9]{4})-W([0-9]{2})")
FARTHEST = timedelta(days=800)
MOST_PEOPLE = 99
DAYS_TO_THURSDAY = 3
PEOPLE_OF = re.compile(r"people_([0-9]{1,15})")


def read_week(raw: str, *, today: date, week_starts: int) -> date:
    """The first day of a week named as ISO does ("2026-W48"), of this one for nothing.

    Raises:
        Unreadable: it names no week within two years of today.
    """
    if not raw:
        return week_start(today, week_starts=week_starts)
    found = WEEK_NAME.fullmatch(raw)
    try:
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
    except ValueError as wrong:
        raise Unreadable("week") from wrong
    if monday is None or abs(monday - today) > FARTHEST:
        raise Unreadable("week")
    # Thursday tells which week it is, wherever weeks begin.
    return week_start(monday + timedelta(days=DAYS_TO_THURSDAY), week_starts=week_starts)


def week_name(first: date) -> str:
    """The name of the week that begins on this day: "2026-W48"."""
    year, week, _day = (first + timedelta(days=DAYS_TO_THURSDAY)).isocalendar()
    return f"{year}-W{week:02d}"


def read_filters(query: QueryDict) -> Filters:
    """The chips that are chosen.

    Raises:
        Unreadable: people is no number between 1 and 99, or the part of the day is none.
    """
    part = query.get("part", "")
    if part and part not in set(Part):
        raise Unreadable("part")
    return Filters(
        service=query.get("class", "")[:80],
        part=Part(part) if part else None,
        people=_people(query.get("people", "")),
    )


def read_party(fields: QueryDict) -> tuple[int, Mapping[int, int]]:
    """How many people come, and how many of them under which variant (``people_12=2``).

    Raises:
        Unreadable: one of the numbers is none, or too large.
    """
    mix: dict[int, int] = {}
    for name in fields:
        found = PEOPLE_OF.fullmatch(name)
        if found:
            mix[int(found[1])] = read_number(fields[name]) or 0
    if any(people > MOST_PEOPLE for people in mix.values()):
        raise Unreadable("people")
    return _people(fields.get("people", "")), mix


def _people(raw: str) -> int:
    people = read_number(raw) or 1
    if people > MOST_PEOPLE:
        raise Unreadable("people")
    return people
