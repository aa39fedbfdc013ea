from collections.abc import Iterable

from apps.availability.models import Schedule, WeeklyHours
from apps.businesses.models import Business
from apps.catalog.models import Resource, Service


def make_hours(
    *,
    business: Business,
    resource: Resource | None = None,
    service: Service | None = None,
    weekdays: Iterable[int] = range(7),
    starts: int = 9 * 60,
    ends: int = 18 * 60,
) -> Schedule:
    """The same range (minutes after midnight) on each of the weekdays, Monday is 0."""
    schedule, _new = Schedule.objects.get_or_create(
        business=business, resource=resource, service=service
    )
    WeeklyHours.objects.bulk_create(
        WeeklyHours(schedule=schedule, weekday=weekday, starts_minute=starts, ends_minute=ends)
        for weekday in weekdays
    )
    return schedule
