"""A request to move: the one of a booking that is open, until when it can be answered, and what is
due for those that nobody answered (rule B38)."""

from datetime import datetime

from django.db.models import F, Q
from django.db.models.functions import Least

from apps.bookings.deadlines import Due, Rule, due_of
from apps.bookings.models import Booking, MoveRequest

State = MoveRequest.State


def find_move_request(*, booking: Booking) -> MoveRequest | None:
    """Return what a booking waits for an answer to, with its session and person; one query."""
    asked = MoveRequest.objects.filter(booking=booking, state=State.OPEN)
    found = asked.select_related("session", "resource__staff_member").first()
    if found is not None:
        found.booking = booking
    return found


def ends_at(asked: MoveRequest) -> datetime:
    """When nobody can answer any more (UTC): at the earlier of both times, and where the service
    says that requests end without an answer, when that is due."""
    last = min(asked.booking.starts_at, asked.session.starts_at)
    return min(last, asked.answer_by) if rule_of_move(asked) is Rule.DECLINE else last


def is_answerable(asked: MoveRequest, *, now: datetime) -> bool:
    """Whether the team can still answer an open request to move: the page that shows the buttons
    and the operations behind them ask this (rule B4)."""
    return now < ends_at(asked)


def rule_of_move(asked: MoveRequest) -> Rule:
    """What happens when nobody answers in time."""
    return Rule(asked.unanswered)


def due_for_move(asked: MoveRequest, *, now: datetime) -> Due:
    """Say what is due for an open request to move."""
    return due_of(
        rule=rule_of_move(asked),
        answer_by=asked.answer_by,
        ends_at=ends_at(asked),
        was_reminded=asked.reminded_at is not None,
        now=now,
    )


def find_overdue_moves(*, now: datetime) -> list[tuple[int, int]]:
    """List (booking, business) of open requests to move that something is due for, longest overdue
    first."""
    asked = MoveRequest.objects.filter(state=State.OPEN)
    over = asked.annotate(last=Least(F("booking__starts_at"), F("session__starts_at")))
    is_due = Q(unanswered=Rule.DECLINE.value) | Q(reminded_at=None)
    due = over.filter(Q(last__lte=now) | is_due & Q(answer_by__lte=now))
    return list(due.order_by("answer_by", "pk").values_list("booking_id", "business_id"))
