"""Weekly hours and exceptions of the business, one service and its resources: two queries."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from apps.availability.engine.inputs import DateRule, Hours, WeeklyRange

# Plain SQL for the reason given in ``busy``: these two statements are part of every page of times,
# every hold and every booking.
WEEKLY = """
    SELECT schedule.id, schedule.resource_id, schedule.service_id, week.weekday,
           week.starts_minute, week.ends_minute, week.valid_from, week.valid_to, week.location_id
    FROM availability_schedule AS schedule
    LEFT JOIN availability_weeklyhours AS week ON week.schedule_id = schedule.id
    WHERE {owners}
    ORDER BY schedule.id, week.weekday, week.starts_minute
"""
SPECIAL = """
    SELECT schedule_id, "on", location_id, starts_minute, ends_minute
    FROM availability_dateexception
    WHERE schedule_id IN ({marks}) AND "on" BETWEEN %s AND %s
"""

Owner = tuple[int | None, int | None]
"""(resource id, service id) of a schedule; both None is the business itself."""


@dataclass(frozen=True, slots=True)
class HoursBook:
    """All hours of a business by owner; who is missing follows the business, or adds no limit."""

    business: Hours
    services: dict[int, Hours]
    resources: dict[int, Hours]


def load_hours(
    *,
    business_id: int,
    service_ids: Collection[int] = (),
    resource_ids: Collection[int] = (),
    first: date,
    last: date,
) -> HoursBook:
    """Load the hours of the business and of these services and resources, in two queries.

    Dates are local, first and last included.
    """
    owners = {"resource_id": list(resource_ids), "service_id": list(service_ids)}
    of_them = [f"{column} IN ({_marks(ids)})" for column, ids in owners.items() if ids]
    of_business = "business_id = %s AND resource_id IS NULL AND service_id IS NULL"
    return _read(
        " OR ".join([*of_them, of_business]),
        [*owners["resource_id"], *owners["service_id"], business_id],
        first=first,
        last=last,
    )


def load_hours_book(*, business_id: int, first: date, last: date) -> HoursBook:
    """Load every owner's hours for the local dates first..last (inclusive), in two queries."""
    return _read("business_id = %s", [business_id], first=first, last=last)


def _read(owned: str, parameters: list[int], *, first: date, last: date) -> HoursBook:
    owners, weekly = _load_weekly(owned, parameters)
    rules = _load_rules(owners, first=first, last=last)
    business, services, resources = Hours(), dict[int, Hours](), dict[int, Hours]()
    for pk, owner in owners.items():
        hours = Hours(weekly=_weekly_of(weekly[pk], owner=owner), exceptions=rules.get(pk, ()))
        resource_id, service_id = owner
        if resource_id is not None:
            resources[resource_id] = hours
        elif service_id is not None:
            services[service_id] = hours
        else:
            business = hours
    return HoursBook(business, services, resources)


def _weekly_of(ranges: list[WeeklyRange], *, owner: Owner) -> tuple[WeeklyRange, ...] | None:
    """A resource whose schedule has exceptions only follows the business's week (None)."""
    if not ranges and owner[0] is not None:
        return None
    return tuple(ranges)


def _load_weekly(
    owned: str, parameters: list[int]
) -> tuple[dict[int, Owner], dict[int, list[WeeklyRange]]]:
    owners: dict[int, Owner] = {}
    weekly: dict[int, list[WeeklyRange]] = defaultdict(list)
    for pk, resource_id, service_id, weekday, *values in _fetch(
        WEEKLY.format(owners=owned), parameters
    ):
        owners[pk] = (resource_id, service_id)
        if weekday is not None:
            starts, ends, valid_from, valid_to, location_id = values
            dates = (_date_of(valid_from), _date_of(valid_to))
            weekly[pk].append(WeeklyRange(weekday, starts, ends, *dates, location_id))
    return owners, weekly


def _load_rules(
    schedule_ids: Collection[int], *, first: date, last: date
) -> dict[int, tuple[DateRule, ...]]:
    if not schedule_ids:
        return {}
    day = timedelta(days=1)
    adapt = connection.ops.adapt_datefield_value
    around = [adapt(first - day), adapt(last + day)]
    rows = _fetch(SPECIAL.format(marks=_marks(schedule_ids)), [*schedule_ids, *around])
    ranges: dict[tuple[int, Any, Any], list[tuple[int, int]]] = defaultdict(list)
    for schedule_id, on, location_id, starts, ends in rows:
        listed = ranges[(schedule_id, _date_of(on), location_id)]
        if starts is not None and ends is not None:
            listed.append((starts, ends))
    rules: dict[int, list[DateRule]] = defaultdict(list)
    for (schedule_id, on, location_id), listed in sorted(
        ranges.items(), key=lambda item: (item[0][0], item[0][1], item[0][2] or 0)
    ):
        rules[schedule_id].append(
            DateRule(on=on, ranges=tuple(sorted(listed)), location_id=location_id)
        )
    return {pk: tuple(listed) for pk, listed in rules.items()}


def _marks(ids: Collection[int]) -> str:
    return ", ".join(["%s"] * len(ids))


def _fetch(statement: str, parameters: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[Any] = cursor.fetchall()
    return rows


def _date_of(value: date | str | None) -> date | None:
    """SQLite hands dates over as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value
