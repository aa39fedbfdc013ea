"""What a mail about a request to move may know of it (rule B38)."""

from apps.availability.models import Session
from apps.bookings.deadlines import Rule
from apps.bookings.models import BookingEvent, MoveRequest
from apps.messages.facts import MoveAsked


def find_move_asked(*, event: BookingEvent) -> MoveAsked | None:
    """Return the request to move that a line of history tells of, as it is now."""
    asked = MoveRequest.objects.select_related("session", "resource__staff_member")
    found = asked.filter(booking=event.booking_id, pk=event.after.get("move_request", 0)).first()
    if found is None:
        return None
    staff = getattr(found.resource, "staff_member", None)
    return MoveAsked(
        starts_at=found.session.starts_at,
        staff=staff.name if staff and found.is_for_somebody else "",
        answer_by=found.answer_by,
        ends_unanswered=found.unanswered == Rule.DECLINE,
        is_held=found.session.state == Session.State.HELD,
        is_open=found.state == MoveRequest.State.OPEN,
        is_place=found.session.kind == Session.Kind.CLASS,
    )
