from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from apps.bookings.models import Booking, SuggestedTime
from apps.bookings.operations._decline import decline_locked
from apps.bookings.operations._errors import NotAllowed, SuggestionTaken
from apps.bookings.operations._moves import lock_booking
from apps.bookings.policy import Reason
from apps.bookings.queries.suggestions import find_free_starts
from apps.bookings.suggesting import MOST_SUGGESTED
from apps.businesses.models import TeamMember


@transaction.atomic
def suggest_times(
    *,
    booking_id: int,
    revision: int,
    by: TeamMember,
    starts: Collection[datetime],
    now: datetime,
    message: str = "",
) -> Booking:
    """Decline a request and offer one to three other starts (UTC) in the same mail (rule B10).

    The suggested times are free now and are not kept: the customer takes one like any other slot.
    The decline can be undone like any other, and takes the suggestions back.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody decided meanwhile.
        NotAllowed: it is not waiting for an answer, or not one to three times were named.
        SuggestionTaken: some of the times are not free (any more); starts says which.
    """
    booking = lock_booking(booking_id=booking_id, business_id=by.business_id, revision=revision)
    if not 1 <= len(set(starts)) <= MOST_SUGGESTED:
        raise NotAllowed(Reason.WRONG_STATUS)
    free = find_free_starts(booking=booking, now=now)
    if taken := sorted(set(starts) - set(free)):
        raise SuggestionTaken(taken)
    declined = decline_locked(booking, by=by, now=now, reason=message)
    SuggestedTime.objects.bulk_create(
        SuggestedTime(booking=booking, starts_at=starts_at) for starts_at in sorted(set(starts))
    )
    return declined


def mark_taken(suggested: SuggestedTime, *, draft: Booking) -> None:
    """Say which draft took a suggested time. One yes of the team is good for one booking: an older
    draft that took another of these times asks again."""
    others = SuggestedTime.objects.filter(booking_id=suggested.booking_id)
    older = others.exclude(taken_by=None).values("taken_by")
    Booking.objects.filter(pk__in=older, status=Booking.Status.CREATED).update(
        skip_business_confirmation=False
    )
    others.filter(pk=suggested.pk).update(taken_by=draft)
