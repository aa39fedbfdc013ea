"""Weekly hours and exceptions of the business, one service and its resources: two queries."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from apps.availability.engine.inputs import DateRule, Hours, WeeklyRange
from apps.availability.models import DateException, Schedule

WEEKLY = (
    "weekday",
    "starts_minute",
    "ends_minute",
    "valid_from",
    "valid_to",
    "location_id",
)


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
    schedules = Schedule.objects.filter(
        Q(resource_id__in=list(resource_ids))
        | Q(service_id__in=list(service_ids))
        | Q(business_id=business_id, resource=None, service=None)
    )
    return _read(schedules, first=first, last=last)


def load_hours_book(*, business_id: int, first: date, last: date) -> HoursBook:
    """Load every owner's hours for the local dates first..last (inclusive), in two queries."""
    schedules = Schedule.objects.filter(business_id=business_id)
    return _read(schedules, first=first, last=last)


def _read(schedules: QuerySet[Schedule], *, first: date, last: date) -> HoursBook:
    owners, weekly = _load_weekly(schedules)
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


def _weekly_of(
    ranges: list[WeeklyRange], *, owner: tuple[int | None, int | None]
) -> tuple[WeeklyRange, ...] | None:
    """A resource whose schedule has exceptions only follows the business's week (None)."""
    if not ranges and owner[0] is not None:
        return None
    return tuple(ranges)


def _load_weekly(
    schedules: QuerySet[Schedule],
) -> tuple[dict[int, tuple[int | None, int | None]], dict[int, list[WeeklyRange]]]:
    owners: dict[int, tuple[int | None, int | None]] = {}
    weekly: dict[int, list[WeeklyRange]] = defaultdict(list)
    columns = [f"weekly_hours__{name}" for name in WEEKLY]
    rows = schedules.order_by("pk", "weekly_hours__weekday", "weekly_hours__starts_minute")
    for pk, resource_id, service_id, *values in rows.values_list(
        "pk", "resource_id", "service_id", *columns
    ):
        owners[pk] = (resource_id, service_id)
        if values[0] is not None:
            weekly[pk].append(WeeklyRange(*values))
    return owners, weekly


def _load_rules(
    schedule_ids: Collection[int], *, first: date, last: date
) -> dict[int, tuple[DateRule, ...]]:
    day = timedelta(days=1)
    rows = DateException.objects.filter(
        schedule_id__in=list(schedule_ids), on__range=(first - day, last + day)
    ).values_list("schedule_id", "on", "location_id", "starts_minute", "ends_minute")
    ranges: dict[tuple[int, date, Any], list[tuple[int, int]]] = defaultdict(list)
    for schedule_id, on, location_id, starts, ends in rows:
        listed = ranges[(schedule_id, on, location_id)]
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
