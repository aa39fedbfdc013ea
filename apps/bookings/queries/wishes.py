"""Questions about those who wait for a time of an appointment."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from apps.bookings.models import WaitlistEntry
from apps.bookings.wishes import Wish
from apps.catalog.models import Service
from apps.catalog.queries import Choice

IN_LINE = (WaitlistEntry.State.WAITING, WaitlistEntry.State.OFFERED)


def may_wait_for_a_time(service: Service) -> bool:
    """Whether the service has a waitlist: whatever the team decides about is asked for instead."""
    if service.kind != Service.Kind.APPOINTMENT:
        return False
    return not (service.requires_approval or service.allows_multiple_requests)


def wish_of(entry: WaitlistEntry) -> Wish | None:
    """What an entry waits for, None for one that waits for a class or a course."""
    if entry.wanted_first_on is None or entry.wanted_last_on is None:
        return None
    return Wish(
        first_on=entry.wanted_first_on,
        last_on=entry.wanted_last_on,
        from_minute=entry.wanted_from_minute,
        to_minute=entry.wanted_to_minute,
        notice_minutes=entry.notice_minutes,
        let_pass=tuple(
            (datetime.fromisoformat(start), datetime.fromisoformat(end))
            for start, end in entry.let_pass
        ),
    )


def open_wish(entry: WaitlistEntry) -> Wish | None:
    """The same while there is no time for it: none is offered, none was taken."""
    has_time = entry.state in {WaitlistEntry.State.OFFERED, WaitlistEntry.State.ENROLLED}
    return None if has_time else wish_of(entry)


def wishes_for(
    *, service_id: int, location_id: int | None, first_on: date, last_on: date
) -> QuerySet[WaitlistEntry]:
    """The entries in line for a service at a place that want one of these days too, in no order."""
    return WaitlistEntry.objects.filter(
        Q(booking__location_id=location_id),
        booking__service_id=service_id,
        state__in=IN_LINE,
        wanted_first_on__lte=last_on,
        wanted_last_on__gte=first_on,
    )


@dataclass(frozen=True, slots=True)
class Line:
    """How many wait for one of the same days, and whether one more may."""

    waiting: int
    has_room: bool


def line_for(choice: Choice, wish: Wish) -> Line:
    """How long the line is that somebody with this wish would join; one query."""
    waiting = wishes_for(
        service_id=choice.service.pk,
        location_id=choice.location.pk if choice.location else None,
        first_on=wish.first_on,
        last_on=wish.last_on,
    ).count()
    return Line(waiting, has_room=waiting < choice.policy.waitlist_capacity)
