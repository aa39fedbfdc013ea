"""Store the decision of the team that something takes place, however few come (rule B16)."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from apps.availability.models import DecidedDay
from apps.availability.operations.seats import Target, locked_target, open_rows, row_of
from apps.businesses.models import Location
from apps.catalog.models import Service


@transaction.atomic(savepoint=False)
def decide_target(*, target: Target, now: datetime) -> None:
    """Keep the word of the team that a class or a course takes place, however few come (rule B16).
    It holds until the class or the course is cancelled; given once more it is the same, and of what
    is cancelled already it says nothing.

    Raises:
        BusyTryAgain: the lock did not come in time.
    """
    locked_target(target)
    undecided = open_rows(row_of(target)).filter(decided_at=None)
    undecided.update(decided_at=now, revision=F("revision") + 1)


def decide_day(*, service: Service, location: Location | None, on: date, now: datetime) -> None:
    """The same of a day of a place for whoever wants an appointment of a service there; of none of
    ours where it happens elsewhere."""
    day = DecidedDay(
        business_id=service.business_id,
        service=service,
        location=location,
        on=on,
        decided_at=now,
    )
    DecidedDay.objects.bulk_create([day], ignore_conflicts=True)


@transaction.atomic(savepoint=False)
def move_decided_days(*, days: Mapping[int, Collection[date]]) -> None:
    """Let the word that was given of days, by the keys of their rows, be given of other dates: the
    clock of the place reads otherwise, and who was told of it comes on those. A date that has it
    already keeps it."""
    rows = list(DecidedDay.objects.select_for_update().filter(pk__in=list(days)).order_by("pk"))
    DecidedDay.objects.filter(pk__in=[row.pk for row in rows]).delete()
    moved = [
        DecidedDay(
            business_id=row.business_id,
            service_id=row.service_id,
            location_id=row.location_id,
            on=on,
            decided_at=row.decided_at,
        )
        for row in rows
        for on in sorted(days[row.pk])
    ]
    DecidedDay.objects.bulk_create(moved, ignore_conflicts=True)
