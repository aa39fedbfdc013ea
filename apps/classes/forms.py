"""The addresses of the timetable and of a session: what of them can be read."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.bookings.forms.picks import Unreadable, read_number
from apps.catalog.models import Service
from apps.catalog.queries import Choice, UnknownChoice, choose
from apps.classes.queries.filters import Filters, Part
from apps.kernel.spans import week_start

WEEK_NAME = re.compile(r"([0-9]{4})-W([0-9]{2})")
FARTHEST = timedelta(days=800)
MAX_PEOPLE = 99
TOO_MANY = "participants"
PEOPLE_OF = re.compile(r"people_([0-9]{1,15})")


def read_week(raw: str, *, today: date, week_starts: int) -> date | None:
    """The first day of a week that has the name of the Monday in it ("2026-W48"), None for nothing;
    weeks start on week_starts (0 is Monday).

    Raises:
        Unreadable: it names no week within two years of today.
    """
    if not raw:
        return None
    found = WEEK_NAME.fullmatch(raw)
    try:
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
    except ValueError as wrong:
        raise Unreadable("week") from wrong
    if monday is None or abs(monday - today) > FARTHEST:
        raise Unreadable("week")
    return week_start(monday, week_starts=week_starts)


def read_filters(query: QueryDict) -> Filters:
    """The chips that are chosen.

    Raises:
        Unreadable: people or with is no number, or the part of the day is none.
    """
    part = query.get("part", "")
    if part and part not in set(Part):
        raise Unreadable("part")
    return Filters(
        service=query.get("class", "")[:80],
        teacher=read_number(query.get("with", "")),
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
            mix[int(found[1])] = read_number(fields.get(name, "")) or 0
    if any(people > MAX_PEOPLE for people in mix.values()):
        raise Unreadable("people")
    return _people(fields.get("people", "")), mix


def choose_party(*, service: Service, fields: QueryDict) -> tuple[Choice, str]:
    """Read who comes to a class or a course. Where that cannot be, the choice is for one person
    and the words say why; they are "" otherwise.

    Raises:
        Unreadable: a number is none.
        UnknownChoice: a variant is not of this service.
    """
    people, mix = read_party(fields)
    if mix and not any(mix.values()):
        return choose(service=service), _("Say how many people are coming.")
    try:
        return choose(service=service, party_size=people, mix=mix), ""
    except UnknownChoice as wrong:
        alone = choose(service=service)
        if str(wrong) != TOO_MANY:
            raise
        most = alone.policy.max_participants
        words = ngettext(
            "A booking can be for one person.",
            "A booking can be for up to %(most)d people.",
            most,
        )
        return alone, words % {"most": most}


def _people(raw: str) -> int:
    people = read_number(raw) or 1
    if people > MAX_PEOPLE:
        raise Unreadable("people")
    return people
