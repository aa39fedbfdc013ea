"""Where a booking was before the move that a message tells of; never writes."""

from datetime import datetime

from django.db.models import QuerySet

from apps.bookings.models import BookingEvent
from apps.catalog.models import Resource
from apps.messages.models import Message


def find_place_before(*, message: Message) -> tuple[datetime | None, str]:
    """Return the start and the person its reader knows the booking by, from the history.

    A move whose mail never left (it was moved again at once) was never told, so the time before it
    counts. The person is "" when it is the same one, or nobody.
    """
    moves = list(_moves(message.event).filter(pk__lte=message.event_id).order_by("-pk"))
    told = set(
        Message.objects.filter(
            event__in=moves, to_address=message.to_address, status=Message.Status.SENT
        ).values_list("event_id", flat=True)
    )
    first = moves[0]
    for move in moves[1:]:
        if move.pk in told:
            break
        first = move
    was = first.before.get("starts_at")
    return (datetime.fromisoformat(was) if was else None), _person(first, moves[0])


def is_moved_again(*, event: BookingEvent) -> bool:
    """Say whether a later move has a message of its own."""
    return _moves(event).filter(pk__gt=event.pk).exists()


def _moves(event: BookingEvent) -> QuerySet[BookingEvent]:
    return BookingEvent.objects.filter(
        booking_id=event.booking_id, action=BookingEvent.Action.MOVED
    )


def _person(first: BookingEvent, last: BookingEvent) -> str:
    was, now = first.before.get("resource_id"), last.after.get("resource_id")
    if was is None or was == now:
        return ""
    resource = Resource.objects.select_related("staff_member").filter(pk=was).first()
    staff = getattr(resource, "staff_member", None)
    return staff.name if staff is not None else ""
