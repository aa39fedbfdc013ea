"""Weekly hours and exceptions of the business, one service and its resources: two queries."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from apps.availability.engine.inputs import DateRule, Hours, WeeklyRange
from apps.availability.models import DateException, Schedule
from apps.catalog.models import Service

WEEKLY = (
    "weekday",
    "starts_minute",
    "ends_minute",
    "valid_from",
    "valid_to",
    "location_id",
)


@dataclass(frozen=True, slots=True)
class HoursOf:
    """Hours by owner; a resource that is missing follows the business."""

    business: Hours
    service: Hours | None
    resources: dict[int, Hours]


def load_hours(
    *, service: Service, resource_ids: Collection[int], first: date, last: date
) -> HoursOf:
    """Load the hours that matter for the local dates first..last (inclusive), in two queries."""
    schedules = Schedule.objects.filter(
        Q(resource_id__in=list(resource_ids))
        | Q(service=service)
        | Q(business_id=service.business_id, resource=None, service=None)
    )
    owners, weekly = _load_weekly(schedules)
    rules = _load_rules(schedules, first=first, last=last)
    hours = {
        pk: Hours(weekly=_weekly_of(weekly[pk], owner=owner), exceptions=rules.get(pk, ()))
        for pk, owner in owners.items()
    }
    whole_business = [
        pk for pk, (resource, of) in owners.items() if resource is None and of is None
    ]
    of_service = [pk for pk, (_resource, of) in owners.items() if of is not None]
    return HoursOf(
        business=hours[whole_business[0]] if whole_business else Hours(weekly=(), exceptions=()),
        service=hours[of_service[0]] if of_service else None,
        resources={
            resource: hours[pk] for pk, (resource, _of) in owners.items() if resource is not None
        },
    )


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
    schedules: QuerySet[Schedule], *, first: date, last: date
) -> dict[int, tuple[DateRule, ...]]:
    day = timedelta(days=1)
    rows = DateException.objects.filter(
        schedule__in=schedules.values("pk"), on__range=(first - day, last + day)
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
