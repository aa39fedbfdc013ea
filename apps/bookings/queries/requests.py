"""Requests: who decides about them, the team or how many people come (rule B16), which of them
nobody has answered in time, and what their customers read of it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.bookings.deadlines import (
    QUESTION,
    Due,
    Rule,
    deadline_anew,
    due_of,
    last_moment,
    question_at,
    rule_of,
)
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


def find_unasked(*, now: datetime) -> list[tuple[int, int]]:
    """List (booking, business) of the requests of which the start is near and whose customers were
    not asked for this start what to do (rule B36), next start first; of some it is too early, for
    ``is_question_due`` to say."""
    near = Booking.objects.filter(
        status=Booking.Status.PENDING, starts_at__gt=now, starts_at__lte=now + QUESTION
    )
    rows = near.exclude(Exists(_questions(OuterRef("pk"), OuterRef("starts_at"))))
    return list(rows.order_by("starts_at", "pk").values_list("pk", "business_id"))


def is_question_due(*, booking: Booking, now: datetime) -> bool:
    """Whether the customer of a locked booking is to be asked now whether to choose another time,
    to wait on or to withdraw (rule B36): once for each start. One query at the most."""
    if booking.status != Booking.Status.PENDING or booking.starts_at <= now:
        return False
    at = question_at(starts_at=booking.starts_at, asked_at=booking.asked_at)
    return at is not None and at <= now and not _questions(booking.pk, booking.starts_at).exists()


@dataclass(frozen=True, slots=True)
class Question:
    """What a customer was asked two days before the start; waits_on: they answered that they do."""

    waits_on: bool


def question_of(*, booking: Booking, now: datetime) -> Question | None:
    """The question that the page of a request asks at this moment, None where there is none. Two
    queries at the most."""
    if booking.status != Booking.Status.PENDING or booking.starts_at <= now:
        return None
    asked = _questions(booking.pk, booking.starts_at).order_by("-pk").first()
    if asked is None:
        return None
    answers = booking.history.filter(action=BookingEvent.Action.WAITS_ON, pk__gt=asked.pk)
    return Question(waits_on=answers.exists())


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


def _questions(
    booking_id: int | OuterRef, starts_at: datetime | OuterRef
) -> QuerySet[BookingEvent]:
    """When its customer was asked for this start; what was asked for an earlier one was before."""
    asked = BookingEvent.objects.filter(booking_id=booking_id, action=BookingEvent.Action.ASKED)
    return asked.filter(at__gte=starts_at - QUESTION)


def _reminders(booking_id: int | OuterRef) -> QuerySet[BookingEvent]:
    return BookingEvent.objects.filter(booking_id=booking_id, action=BookingEvent.Action.OVERDUE)
