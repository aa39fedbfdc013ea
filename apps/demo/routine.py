"""The ordinary weeks of a business: who comes when, always the same for the same dates."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from apps.availability.models import WeeklyHours
from apps.demo.build import Shop
from apps.demo.visits import Visit, instant

DAY = timedelta(days=1)
FULL_DAYS = 6
EVERY_ELEVENTH = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Routine:
    """Patterns are the visits of one person on one day: (time, service, variant).

    Each day another pattern follows. Two of three person-days of the last days have visits, one
    of three before and after. `behind` and `ahead` are numbers of days; without `today` that day
    is left to others.
    """

    customers: tuple[str, ...]
    patterns: tuple[tuple[tuple[str, str, str], ...], ...]
    behind: int = 21
    ahead: int = 12
    today: bool = False


def usual_visits(
    shop: Shop,
    routine: Routine,
    *,
    around: date,
    now: datetime,
    taken: Collection[tuple[date, str]] = (),
) -> Iterator[Visit]:
    """Yield the visits of the weeks around a date, leaving out the person-days in `taken`."""
    number = 0
    for offset in range(-routine.behind, routine.ahead + 1):
        on = around + offset * DAY
        for index, name in enumerate(_working(shop, on)):
            turn = on.toordinal() + index
            visited = turn % 3 != 1 if -FULL_DAYS <= offset <= 0 else turn % 3 == 0
            if not visited or (on, name) in taken or not (offset or routine.today):
                continue
            for at, service, variant in routine.patterns[turn % len(routine.patterns)]:
                number += 1
                yield _visit(shop, routine, now, number, (on, at, service, variant, name))


def _working(shop: Shop, on: date) -> list[str]:
    working = set(
        WeeklyHours.objects.filter(
            schedule__business=shop.business, weekday=on.weekday()
        ).values_list("schedule__resource_id", flat=True)
    )
    return [name for name, person in shop.people.items() if person.resource_id in working]


def _visit(
    shop: Shop,
    routine: Routine,
    now: datetime,
    number: int,
    wanted: tuple[date, str, str, str, str],
) -> Visit:
    on, at, service, variant, name = wanted
    starts_at = instant(shop, on, at)
    made_at = min(
        starts_at - timedelta(days=2 + number % 6, hours=number % 5, minutes=7 * number % 60),
        now - timedelta(hours=5, minutes=13 * number % 240),
    )
    gone = number % EVERY_ELEVENTH == 0 and made_at < starts_at - timedelta(hours=40)
    canceled_at = starts_at - timedelta(hours=30)
    return Visit(
        on=on,
        at=at,
        service=service,
        variant=variant,
        add_ons=("Bond care",) if (service, "Bond care") in shop.add_ons and number % 3 else (),
        who=name,
        customer=routine.customers[number % len(routine.customers)],
        made_at=made_at,
        canceled_at=canceled_at if gone and canceled_at < now else None,
        reason="Something came up, sorry." if gone else "",
    )
