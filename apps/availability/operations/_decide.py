from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from apps.availability.models import DecidedDay
from apps.availability.operations._seats import Target, locked_target, open_rows, row_of
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
