"""Two days before the start whoever still waits for an answer is asked what to do: choose another
time, wait on, or withdraw (rule B36). The other two answers are moves and cancellations."""

from datetime import datetime

from django.db import transaction

from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations.errors import NotAllowed, StaleRevision
from apps.bookings.operations.transitions import Actor, lock_booking, record_transition
from apps.bookings.policy import Reason
from apps.bookings.queries.requests import find_unasked, is_question_due, question_of
from apps.outbox.sweeping import each


def ask_who_waits(*, now: datetime) -> int:
    """Ask the customers of requests whose start is near, once for each start; return how many.

    Computed from the rows as they are, each in a transaction of its own, as
    ``settle_unanswered`` is.
    """
    return each(find_unasked(now=now), lambda keys: _ask(*keys, now=now))


@transaction.atomic
def _ask(booking_id: int, business_id: int, *, now: datetime) -> bool:
    booking = lock_booking(booking_id=booking_id, business_id=business_id, revision=None)
    if not is_question_due(booking=booking, now=now):
        return False
    record_transition(
        booking, action=BookingEvent.Action.ASKED, actor=Actor.system(), now=now, columns={}
    )
    return True


@transaction.atomic
def wait_on(*, booking_id: int, business_id: int, revision: int, now: datetime) -> Booking:
    """Write down that the customer, when asked, keeps waiting for an answer; the team reads it.
    Sent twice it is written once.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        NotAllowed: it was answered or withdrawn meanwhile, has begun, or nobody asked.
        StaleRevision: it was changed meanwhile.
    """
    booking = lock_booking(booking_id=booking_id, business_id=business_id, revision=None)
    question = question_of(booking=booking, now=now)
    if question is None:
        raise NotAllowed(Reason.WRONG_STATUS)
    if question.waits_on:
        return booking
    if booking.revision != revision:
        raise StaleRevision
    record_transition(
        booking, action=BookingEvent.Action.WAITS_ON, actor=Actor.of(None), now=now, columns={}
    )
    return booking
