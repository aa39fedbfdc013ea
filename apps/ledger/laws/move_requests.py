"""Does every request to move belong to a booking that keeps its own time meanwhile, and does a
closed one hold nothing? (rule B38)"""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q

from apps.availability.models import Occupancy, Session
from apps.bookings.models import Booking, MoveRequest
from apps.ledger.finding import Finding


def find_untrue_move_requests(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield open requests to move of what is not confirmed, or is a course; whose time is neither
    held nor written down apart from the booking's own, or no session of its class; and closed ones
    of appointments that hold anything still."""
    rows = MoveRequest.objects.order_by()
    if business_id is not None:
        rows = rows.filter(business_id=business_id)
    waits = Q(session__state__in=(Session.State.HELD, Session.State.REQUESTED))
    alone, together = Q(booking__kind="APPOINTMENT"), Q(booking__kind="CLASS")
    of_its_class = Q(session__kind="CLASS", session__service=F("booking__service"))
    confirmed = Q(booking__status=Booking.Status.CONFIRMED)
    elsewhere = ~Q(session=F("booking__session"))
    fits = confirmed & elsewhere & (alone & waits | together & of_its_class)
    holds = alone & Exists(Occupancy.objects.filter(session_id=OuterRef("session_id")))
    is_open = Q(state=MoveRequest.State.OPEN)
    untrue = rows.filter(is_open & ~fits | ~is_open & Q(holds))
    for of, reference, state in untrue.values_list("business_id", "booking__reference", "state"):
        yield Finding(
            "move_requests_are_true",
            of,
            f"booking {reference}",
            f"has a request to move ({state}) that is not as it says",
        )
