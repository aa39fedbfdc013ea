"""Requests: who decides about them, the team or how many people come (rule B16), which of them
nobody has answered in time, and what their customers read of it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.bookings.deadlines import Due, Rule, deadline_anew, due_of, last_moment, rule_of
from apps.bookings.models import Booking, BookingEvent
from apps.catalog.models import Service

_WAS_ASKED_FOR = Q(service_snapshot__requires_approval=True, skip_business_confirmation=False)
ASKS_THE_TEAM = Q(status=Booking.Status.PENDING) & (Q(service__min_participants=0) | _WAS_ASKED_FOR)
"""Requests that wait for the team: all but those of ``is_for_people``."""


def is_for_people(booking: Booking) -> bool:
    """Whether a request is decided by how many come, and not by the team. What its customer was
    told counts, whether or not the team answers such requests now (rule B5); with the minimum gone
    there is only the team to ask."""
    return bool(booking.service.min_participants) and not booking.was_asked_for


def by_age(booking: Booking) -> tuple[datetime, int]:
    """The key by which requests are sorted: whoever asked first comes first."""
    return booking.asked_at, booking.pk


def is_before_the_team(booking: Booking) -> bool:
    """Whether the team has yet to say yes or no, wherever the booking goes until then."""
    return booking.status == Booking.Status.PENDING and not is_for_people(booking)


def may_leave(booking: Booking) -> bool:
    """Whether customers may take their booking to another time themselves: what the team said yes
    to is for that time, and nobody comes past it who waits for people only (rule B31)."""
    return is_before_the_team(booking) or not booking.service.requires_approval


@dataclass(frozen=True, slots=True)
class Awaiting:
    """A request as its customer reads it. by is the last moment for an answer; holds_time: the
    time is kept for them; offers_others: other times are sent with a decline."""

    by: datetime
    is_over: bool
    rule: Rule
    holds_time: bool
    offers_others: bool

    @property
    def ends(self) -> bool:
        """Whether the request ends when nobody answers."""
        return self.rule is Rule.DECLINE


def awaiting_of(*, booking: Booking, now: datetime) -> Awaiting | None:
    """What is true of the answer to a request at this moment; None when none is awaited, or only
    more people are."""
    if booking.status != Booking.Status.PENDING or booking.answer_by is None:
        return None
    if is_for_people(booking):
        return None
    return Awaiting(
        by=booking.answer_by,
        is_over=now >= booking.answer_by,
        rule=rule_of(booking.policy_snapshot),
        holds_time=not booking.as_booked.allows_multiple_requests,
        offers_others=booking.kind == Service.Kind.APPOINTMENT,
    )


def find_overdue(*, now: datetime) -> list[tuple[int, int]]:
    """List (booking, business) of the requests that something is due for, longest overdue first."""
    asked = Booking.objects.filter(ASKS_THE_TEAM, answer_by__lte=now)
    due = Q(starts_at__lte=now) | Q(policy_snapshot__unanswered=Rule.DECLINE.value)
    rows = asked.filter(due | ~Exists(_reminders(OuterRef("pk"))))
    return list(rows.order_by("answer_by", "pk").values_list("pk", "business_id"))


def due_for(*, booking: Booking, now: datetime) -> Due:
    """Say what is due for one booking as it is now: nothing once it was answered."""
    if booking.status != Booking.Status.PENDING or booking.answer_by is None:
        return Due.NOTHING
    return due_of(
        rule=rule_of(booking.policy_snapshot),
        answer_by=booking.answer_by,
        ends_at=_last_moment_of(booking),
        was_reminded=_reminders(booking.pk).exists(),
        now=now,
    )


def answer_anew_by(booking: Booking, *, now: datetime) -> datetime | None:
    """Until when a request is answered whose answer is taken back now (UTC); None where none was
    awaited, and unchanged where more people are. At most one query."""
    if booking.answer_by is None or is_for_people(booking):
        return booking.answer_by
    return deadline_anew(
        booking.answer_by,
        ends_at=_last_moment_of(booking),
        was_reminded=_reminders(booking.pk).exists(),
        now=now,
    )


def _last_moment_of(booking: Booking) -> datetime:
    return last_moment(
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        asked_at=booking.asked_at,
    )


def _reminders(booking_id: int | OuterRef) -> QuerySet[BookingEvent]:
    return BookingEvent.objects.filter(booking_id=booking_id, action=BookingEvent.Action.OVERDUE)
