"""How many people a class has that needs some, and which classes are to be decided (R106)."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, Sum

from apps.availability.models import Session
from apps.bookings.minimum import decides_at
from apps.bookings.models import Booking
from apps.catalog.models import Service

LIVE = (Booking.Status.PENDING, Booking.Status.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Progress:
    """people of minimum so far; is_settled once somebody is confirmed: it takes place."""

    people: int
    minimum: int
    decides_at: datetime
    is_settled: bool

    @property
    def missing(self) -> int:
        return max(0, self.minimum - self.people)


def progress_of(*, session: Session | None, service: Service) -> Progress | None:
    """Return how a class session stands, None when it needs no minimum; one query."""
    if session is None or service.kind != Service.Kind.CLASS or not service.min_participants:
        return None
    confirmed = Q(status=Booking.Status.CONFIRMED)
    counted = Booking.objects.filter(session=session, status__in=LIVE).aggregate(
        people=Sum("party_size"), confirmed=Sum("party_size", filter=confirmed)
    )
    return Progress(
        people=counted["people"] or 0,
        minimum=service.min_participants,
        decides_at=decides_at(
            starts_at=session.starts_at, minutes_before=service.decide_before_minutes
        ),
        is_settled=bool(counted["confirmed"]),
    )


def find_undecided(*, now: datetime, most: int) -> list[int]:
    """The ids of coming class sessions with people who wait for more of them."""
    waiting = Booking.objects.filter(
        kind=Service.Kind.CLASS,
        status=Booking.Status.PENDING,
        service__min_participants__gt=0,
        service__requires_approval=False,
        starts_at__gt=now,
        session__isnull=False,
    )
    found = waiting.order_by("session_id").values_list("session_id", flat=True).distinct()
    return list(found[:most])
