"""Weekly hours and exceptions of a business, its services and its resources: remembered."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db import connection

from apps.availability.engine.inputs import DateRule, Hours, WeeklyRange
from apps.businesses.models import Business
from apps.businesses.remembered import Remembered

# Plain SQL for the reason given in ``busy``; read rarely, because the whole book is remembered.
WEEKLY = """
    SELECT schedule.id, schedule.resource_id, schedule.service_id,
           schedule.follows_business, week.weekday,
           week.starts_minute, week.ends_minute, week.valid_from, week.valid_to, week.location_id
    FROM availability_schedule AS schedule
    LEFT JOIN availability_weeklyhours AS week ON week.schedule_id = schedule.id
    WHERE schedule.business_id = %s
    ORDER BY schedule.id, week.weekday, week.starts_minute
"""
SPECIAL = """
    SELECT special.schedule_id, special."on", special.location_id, special.starts_minute,
           special.ends_minute
    FROM availability_dateexception AS special
    JOIN availability_schedule AS schedule ON schedule.id = special.schedule_id
    WHERE schedule.business_id = %s AND special."on" BETWEEN %s AND %s
"""


class Owner(NamedTuple):
    """Whose schedule it is; without resource and service it is the business itself."""

    resource_id: int | None
    service_id: int | None
    follows: bool


@dataclass(frozen=True, slots=True)
class HoursBook:
    """All hours of a business by owner; who is missing follows the business, or adds no limit."""

    business: Hours
    services: dict[int, Hours]
    resources: dict[int, Hours]


_books: Remembered[HoursBook] = Remembered(most=300)


def load_hours(
    *,
    business: Business,
    service_ids: Collection[int] = (),
    resource_ids: Collection[int] = (),
    first: date,
    last: date,
) -> HoursBook:
    """Return the hours of the business and of these services and resources.

    Dates are local, first and last included. The weeks and the exceptions of whole months are
    remembered for as long as the business's setup stays as it is; else it takes two queries.
    """
    book = load_hours_book(business=business, first=first, last=last)
    return HoursBook(
        business=book.business,
        services={pk: book.services[pk] for pk in service_ids if pk in book.services},
        resources={pk: book.resources[pk] for pk in resource_ids if pk in book.resources},
    )


def load_hours_book(*, business: Business, first: date, last: date) -> HoursBook:
    """Return every owner's hours for the local dates first..last (inclusive); see load_hours."""
    months = (first.replace(day=1), _month_end(last))

    def read() -> HoursBook:
        return _read(business.pk, first=months[0], last=months[1])

    return _books.get(business, months, read)


def _month_end(on: date) -> date:
    return on.replace(day=monthrange(on.year, on.month)[1])


def _read(business_id: int, *, first: date, last: date) -> HoursBook:
    owners, weekly = _load_weekly(business_id)
    rules = _load_rules(business_id, first=first, last=last)
    whole, services, resources = Hours(), dict[int, Hours](), dict[int, Hours]()
    for pk, owner in owners.items():
        hours = Hours(weekly=_weekly_of(weekly[pk], owner=owner), exceptions=rules.get(pk, ()))
        if owner.resource_id is not None:
            resources[owner.resource_id] = hours
        elif owner.service_id is not None:
            services[owner.service_id] = hours
        else:
            whole = hours
    return HoursBook(whole, services, resources)


def _weekly_of(ranges: list[WeeklyRange], *, owner: Owner) -> tuple[WeeklyRange, ...] | None:
    """None follows the business's week, as the owner asked; no hours are no hours."""
    return None if owner.follows else tuple(ranges)


def _load_weekly(
    business_id: int,
) -> tuple[dict[int, Owner], dict[int, list[WeeklyRange]]]:
    owners: dict[int, Owner] = {}
    weekly: dict[int, list[WeeklyRange]] = defaultdict(list)
    for pk, resource_id, service_id, follows, weekday, *values in _fetch(WEEKLY, [business_id]):
        owners[pk] = Owner(resource_id, service_id, bool(follows))
        if weekday is not None:
            starts, ends, valid_from, valid_to, location_id = values
            dates = (_date_of(valid_from), _date_of(valid_to))
            weekly[pk].append(WeeklyRange(weekday, starts, ends, *dates, location_id))
    return owners, weekly


def _load_rules(business_id: int, *, first: date, last: date) -> dict[int, tuple[DateRule, ...]]:
    day = timedelta(days=1)
    adapt = connection.ops.adapt_datefield_value
    around = [adapt(first - day), adapt(last + day)]
    rows = _fetch(SPECIAL, [business_id, *around])
    found: dict[tuple[int, Any, Any], list[tuple[int, int] | None]] = defaultdict(list)
    for schedule_id, on, location_id, starts, ends in rows:
        closed = starts is None or ends is None
        found[(schedule_id, _date_of(on), location_id)].append(None if closed else (starts, ends))
    rules: dict[int, list[DateRule]] = defaultdict(list)
    for (schedule_id, on, location_id), listed in sorted(
        found.items(), key=lambda item: (item[0][0], item[0][1], item[0][2] or 0)
    ):
        ranges = [it for it in listed if it is not None]
        is_open = len(ranges) == len(listed)
        rules[schedule_id].append(
            DateRule(on, tuple(sorted(ranges)) if is_open else (), location_id)
        )
    return {pk: tuple(listed) for pk, listed in rules.items()}


def _fetch(statement: str, parameters: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[Any] = cursor.fetchall()
    return rows


def _date_of(value: date | str | None) -> date | None:
    """SQLite hands dates over as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value
