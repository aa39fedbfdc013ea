"""What the week of classes shows around its rows: arrows, chips, how many places are needed."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.businesses.models import Business
from apps.businesses.pages import absolute
from apps.catalog.queries import default_policy
from apps.classes.queries.filters import Filters, Part, last_class_on
from apps.classes.queries.timetable import WEEK, Timetable
from apps.kernel.spans import week_name
from apps.web.weeks import week_starts_of

MOST_NUMBERS = 10


def week_context(
    business: Business, week: Timetable, filters: Filters, *, today: date, now: datetime
) -> dict[str, Any]:
    """Everything of classes/_week.html; every address keeps the other filters."""
    last = last_class_on(business=business, now=now) or today
    here = _pairs(business, week.first, filters)
    most = min(default_policy(business=business).max_participants, MOST_NUMBERS)
    found = ngettext("%d class", "%d classes", week.count) % week.count
    page = _page(business)
    return {
        "week": week,
        "week_url": _address(business, here),
        "earlier_url": _turned(business, here, week.first - WEEK) if week.first > today else None,
        "later_url": _turned(business, here, week.first + WEEK) if week.last < last else None,
        "next_url": _turned(business, here, week.coming.on) if week.coming else None,
        "chips": list(_chips(business, week, filters, here)),
        "people": filters.people,
        "people_numbers": range(1, most + 1) if most > 1 else (),
        "people_url": page,
        "kept": [(name, value) for name, value in here.items() if name != "people" and value],
        "announce": found,
        "canonical_url": absolute(page),
    }


def _chips(
    business: Business, week: Timetable, filters: Filters, here: dict[str, str]
) -> Iterator[tuple[str, str, bool]]:
    """A chosen chip leads back to the week without it."""
    nothing = {**here, "class": "", "with": "", "part": "", "people": ""}
    yield _("All classes"), _address(business, nothing), filters == Filters()
    if len(week.classes) < 2 and len(week.teachers) < 2:  # noqa: PLR2004 - one is no choice
        return
    options = [("class", slug, name) for slug, name in week.classes]
    words = {
        Part.MORNING: _("Mornings"),
        Part.AFTERNOON: _("Afternoons"),
        Part.EVENING: _("Evenings"),
    }
    options += [("part", part.value, words[part]) for part in Part]
    options += [("with", str(pk), name) for pk, name in week.teachers]
    for field, value, label in options:
        chosen = here[field] == value
        yield label, _address(business, {**here, field: "" if chosen else value}), chosen


def _pairs(business: Business, first: date, filters: Filters) -> dict[str, str]:
    return {
        "week": _week_name(business, first),
        "class": filters.service,
        "with": str(filters.teacher or ""),
        "part": filters.part.value if filters.part else "",
        "people": str(filters.people) if filters.people > 1 else "",
    }


def _turned(business: Business, here: dict[str, str], on: date) -> str:
    return _address(business, {**here, "week": _week_name(business, on)})


def _week_name(business: Business, on: date) -> str:
    return week_name(on, week_starts=week_starts_of(business.locale))


def _address(business: Business, query: dict[str, str]) -> str:
    kept = {name: value for name, value in query.items() if value}
    return reverse("classes:timetable", kwargs={"business": business.slug}, query=kept)


def _page(business: Business) -> str:
    return reverse("classes:timetable", kwargs={"business": business.slug})
