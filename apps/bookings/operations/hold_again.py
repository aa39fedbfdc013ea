"""A hold that ran out is placed again, also for another browser (rules B3, C5)."""

from datetime import datetime

from django.db import transaction

from apps.availability import operations as availability
from apps.availability.engine.inputs import hold_ends_at
from apps.availability.operations import NoSeats, SlotTaken
from apps.bookings.models import Booking
from apps.bookings.operations.drafts import Visitor, require_open, require_sold
from apps.bookings.operations.errors import DraftGone, SlotGone
from apps.bookings.operations.hold import longest_hold
from apps.bookings.operations.kept import extend
from apps.bookings.operations.submit import lock_draft
from apps.bookings.queries import NoTime, choice_of, find_claim, query_again
from apps.catalog.queries import UnknownChoice


def hold_again(*, booking: Booking, now: datetime) -> datetime | None:
    """Keep the time of a locked draft while it is paid for, and return until when (rule M19, UTC).

    A living hold is made longer, 60 minutes in all; one that ran out is taken anew when the time is
    still free and still open to whoever comes new. None where the business keeps nothing while a
    draft is filled in.

    Raises:
        SlotGone: the time went to somebody else, or nobody can join any more.
        BusyTryAgain: the lock did not come in time.
    """
    if booking.hold_expires_at is None:
        return None
    until = hold_ends_at(now, minutes=booking.business.hold_minutes)
    if booking.is_held(now):
        until = max(min(until, longest_hold(booking)), booking.hold_expires_at)
        kept = until == booking.hold_expires_at or extend(booking, expires_at=until, now=now)
        if not kept:
            raise SlotGone
    else:
        require_sold(booking, now=now)
        _take_anew(booking, until=until, now=now)
    Booking.objects.filter(pk=booking.pk).update(hold_expires_at=until)
    booking.hold_expires_at = until
    return until


def _take_anew(booking: Booking, *, until: datetime, now: datetime) -> None:
    try:
        choice = choice_of(booking=booking)
        if booking.seating_id is not None:
            require_open(booking, choice=choice, now=now)
            availability.hold_seats_again(seating_id=booking.seating_id, expires_at=until, now=now)
            return
        query = query_again(booking=booking, choice=choice)
        claim = find_claim(query=query, starts_at=booking.starts_at, now=now)
        availability.grant_time(
            session_id=booking.session_id or 0, claim=claim, expires_at=until, now=now
        )
    except (NoTime, UnknownChoice, SlotTaken, NoSeats) as lost:
        raise SlotGone from lost
    booking.resource_id = claim.primary_id
    Booking.objects.filter(pk=booking.pk).update(resource_id=claim.primary_id)


@transaction.atomic
def take_over_draft(*, draft_id: str, visitor: Visitor) -> None:
    """Give a draft to another browser, which the caller knows to have been shown its page.

    Once it is a booking it stays with the browser that made it.

    Raises:
        DraftGone: there is no such draft.
    """
    booking = lock_draft(draft_id=draft_id)
    is_lost = booking.status == Booking.Status.DECLINED and booking.draft_text
    if booking.status != Booking.Status.CREATED and not is_lost:
        return
    Booking.objects.filter(pk=booking.pk).update(
        visitor_hash=visitor.visitor_hash, network_hash=visitor.network_hash
    )


@transaction.atomic
def hold_draft_again(*, draft_id: str, now: datetime) -> None:
    """Keep the time of a draft for longer, or take it anew when its hold had ended.

    Raises:
        DraftGone: there is no such draft.
        SlotGone: the time went to somebody else.
        BusyTryAgain: the lock did not come in time.
    """
    booking = lock_draft(draft_id=draft_id)
    if booking.status != Booking.Status.CREATED:
        raise DraftGone
    hold_again(booking=booking, now=now)
