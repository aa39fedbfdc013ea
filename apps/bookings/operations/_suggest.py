from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from apps.bookings.models import Booking, SuggestedTime
from apps.bookings.operations._decline import decline_locked
from apps.bookings.operations._errors import NotAllowed, SuggestionTaken
from apps.bookings.operations._moves import lock_booking
from apps.bookings.policy import Reason
from apps.bookings.queries.suggestions import BOOKED, find_free_starts
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


def take_yes(suggested: SuggestedTime) -> SuggestedTime | None:
    """Lock the suggestion of a tap and take the team's yes for it. One yes is good for one booking:
    an older draft that took another of these times asks again. None where the yes is gone: it was
    taken back since the page was made, or one of the times is booked.

    To be called before any resource is locked. The suggestions come first, then their drafts, as
    in an undo; whoever sends one of those drafts at this moment has it locked, and is waited for.
    """
    others = SuggestedTime.objects.filter(booking_id=suggested.booking_id)
    locked = {it.pk: it for it in others.select_for_update().order_by("pk")}
    older = [it.taken_by_id for it in locked.values() if it.taken_by_id is not None]
    Booking.objects.filter(pk__in=older, status=Booking.Status.CREATED).update(
        skip_business_confirmation=False
    )
    is_used = Booking.objects.filter(pk__in=older, status__in=BOOKED).exists()
    return None if is_used else locked.get(suggested.pk)


def mark_taken(suggested: SuggestedTime, *, draft: Booking) -> None:
    """Say which draft took a suggestion that ``take_yes`` has locked."""
    SuggestedTime.objects.filter(pk=suggested.pk).update(taken_by=draft)
