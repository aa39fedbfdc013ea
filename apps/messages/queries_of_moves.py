"""Where a booking was before the move that a message tells of; never writes."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from apps.bookings.models import BookingEvent
from apps.bookings.models.history import MOVES
from apps.catalog.models import Resource
from apps.messages.models import Message


class PlaceBefore(NamedTuple):
    """Where its reader knows a booking: the start (UTC), the zone it was told in, and the person;
    "" for what is the same as now. is_back: it was moved away and back again unread."""

    starts_at: datetime | None
    time_zone: str
    person: str
    is_back: bool = False


def find_place_before(*, message: Message) -> PlaceBefore:
    """Return the start, the zone and the person its reader knows the booking by, from the history.

    A move whose mail never left (it was moved again at once) was never told, so the time before it
    counts.
    """
    moves = list(_moves(message.event).filter(pk__lte=message.event_id).order_by("-pk"))
    told = set(
        Message.objects.filter(
            event__in=moves, to_address=message.to_address, status=Message.Status.SENT
        ).values_list("event_id", flat=True)
    )
    first, zone = moves[0], _zone_before(moves[0])
    for move in moves[1:]:
        if move.pk in told:
            break
        first, zone = move, _zone_before(move) or zone
    was = first.before.get("starts_at")
    starts_at = datetime.fromisoformat(was) if was else None
    zone = "" if zone == message.booking.time_zone else zone
    person = _person(first, moves[0])
    is_as_it_was = starts_at == message.booking.starts_at and not zone and not person
    return PlaceBefore(
        starts_at=starts_at,
        time_zone=zone,
        person=person,
        is_back=is_as_it_was and first.pk != moves[0].pk,
    )


def is_moved_again(*, event: BookingEvent) -> bool:
    """Say whether a later move has a message of its own."""
    return any(it.is_noticed for it in _moves(event).filter(pk__gt=event.pk))


def _zone_before(move: BookingEvent) -> str:
    return move.zones[0] if move.zones else ""


def _moves(event: BookingEvent) -> QuerySet[BookingEvent]:
    return BookingEvent.objects.filter(booking_id=event.booking_id, action__in=MOVES)


def _person(first: BookingEvent, last: BookingEvent) -> str:
    was, now = first.before.get("resource_id"), last.after.get("resource_id")
    if was is None or was == now:
        return ""
    resource = Resource.objects.select_related("staff_member").filter(pk=was).first()
    staff = getattr(resource, "staff_member", None)
    return staff.name if staff is not None else ""
