from datetime import datetime

from django.db import transaction

from apps.bookings.models import Booking
from apps.bookings.operations._drafts import Visitor
from apps.bookings.operations._errors import DraftGone
from apps.bookings.operations._hold_again import hold_again
from apps.bookings.operations._submit import lock_draft


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
