"""What customers ask to move, for whoever may answer that (rule B38)."""

from dataclasses import dataclass
from datetime import datetime

from apps.availability.models import Session
from apps.bookings.deadlines import Rule
from apps.bookings.models import Booking, MoveRequest
from apps.bookings.policy import Action
from apps.bookings.queries.move_requests import is_answerable, rule_of_move
from apps.bookings.queries.stub import full_title
from apps.dashboard.access import Access
from apps.dashboard.frame.queries.rows import customer_name, staff_name, zone_told
from apps.dashboard.roles import Right, permitted

MAX_SHOWN = 40


@dataclass(frozen=True, slots=True)
class MoveCard:
    """A request to move: was is the start that the booking has and keeps until the answer; is_held:
    the new time is kept until then. there is the zone of its place, where it is another one."""

    reference: str
    revision: int
    customer_name: str
    service_name: str
    was: datetime
    was_with: str
    starts_at: datetime
    ends_at: datetime
    staff_name: str
    asked_at: datetime
    answer_by: datetime
    ends_unanswered: bool
    is_held: bool
    may_answer: bool
    there: str


def list_move_requests(*, access: Access, now: datetime) -> list[MoveCard]:
    """List what is asked, the most urgent first, at most forty of them; one query."""
    if not access.may(Right.DECIDE):
        return []
    asked = MoveRequest.objects.filter(
        business_id=access.business.pk,
        state=MoveRequest.State.OPEN,
        booking__in=access.bookings(),
    ).select_related(
        *("session", "resource__staff_member"),
        *("booking__service", "booking__customer", "booking__location"),
        *("booking__business", "booking__resource__staff_member", "booking__variant"),
    )
    return [
        card_of(it, access=access, now=now) for it in asked.order_by("answer_by", "pk")[:MAX_SHOWN]
    ]


def card_of(asked: MoveRequest, *, access: Access, now: datetime) -> MoveCard:
    """Read one card; session, person and booking come joined."""
    booking: Booking = asked.booking
    return MoveCard(
        reference=booking.reference,
        revision=booking.revision,
        customer_name=customer_name(booking),
        service_name=full_title(booking),
        was=booking.starts_at,
        was_with=staff_name(booking.resource),
        starts_at=asked.session.starts_at,
        ends_at=asked.session.ends_at,
        staff_name=staff_name(asked.resource),
        asked_at=asked.asked_at,
        answer_by=asked.answer_by,
        ends_unanswered=rule_of_move(asked) is Rule.DECLINE,
        is_held=asked.session.state == Session.State.HELD,
        may_answer=is_answerable(asked, now=now)
        and bool(permitted({Action.ANSWER_MOVE}, rights=access.rights)),
        there=zone_told(booking),
    )
