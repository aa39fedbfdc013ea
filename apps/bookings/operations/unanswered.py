"""Requests that nobody answered in time: the team is reminded, or the request ends."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.bookings.models import Booking, BookingEvent, SuggestedTime
from apps.bookings.operations.kept import release_booking
from apps.bookings.operations.transitions import Actor, lock_booking, record_transition
from apps.bookings.queries.suggestions import find_nearest
from apps.bookings.queries.unanswered import due_for, find_overdue
from apps.bookings.unanswered import Due
from apps.outbox.sweeping import each


def settle_unanswered(*, now: datetime) -> int:
    """Do what is due for requests without an answer, longest overdue first; return how many.

    Computed from the rows as they are, each in a transaction of its own: run twice it does
    nothing, and one that is busy at the moment waits for the next turn without stopping others.
    """
    return each(find_overdue(now=now), lambda keys: _settle(*keys, now=now))


@transaction.atomic
def _settle(booking_id: int, business_id: int, *, now: datetime) -> bool:
    booking = lock_booking(booking_id=booking_id, business_id=business_id, revision=None)
    due = due_for(booking=booking, now=now)
    if due is Due.REMIND:
        _remind(booking, now=now)
    if due is Due.DECLINE:
        _end(booking, now=now)
    return due is not Due.NOTHING


def _remind(booking: Booking, *, now: datetime) -> None:
    record_transition(
        booking, action=BookingEvent.Action.OVERDUE, actor=Actor.system(), now=now, columns={}
    )


def _end(booking: Booking, *, now: datetime) -> None:
    """Decline with the nearest free times; like any that are suggested, they are not kept."""
    suggested = find_nearest(booking=booking, now=now)
    release_booking(booking, now=now)
    words = _("%(business)s could not answer in time.")
    record_transition(
        booking,
        action=BookingEvent.Action.LAPSED,
        actor=Actor.system(),
        now=now,
        reason=words % {"business": booking.business.name},
        columns={"status": Booking.Status.DECLINED.value},
    )
    SuggestedTime.objects.bulk_create(
        SuggestedTime(booking=booking, starts_at=starts_at) for starts_at in suggested
    )
