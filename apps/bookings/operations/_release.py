from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from apps.availability import operations as availability
from apps.bookings.models import Booking
from apps.bookings.operations._kept import extend, give_back

DRAFT_LIFE = timedelta(hours=24)
LONGEST_HOLD = timedelta(minutes=60)
BATCH = 500


@transaction.atomic
def extend_draft_hold(*, booking: Booking, now: datetime) -> bool:
    """Keep a live hold for another hold_minutes, 60 minutes in all (ux.md 1.4); tell whether.

    A hold that ran out is not revived: submitting takes the time again when it is still free.
    """
    if booking.hold_expires_at is None:
        return False
    longer = now + timedelta(minutes=booking.business.hold_minutes)
    until = min(longer, booking.created_at + LONGEST_HOLD)
    if until <= booking.hold_expires_at:
        return False
    if not extend(booking, expires_at=until, now=now):
        return False
    Booking.objects.filter(pk=booking.pk, status=Booking.Status.CREATED).update(
        hold_expires_at=until
    )
    return True


@transaction.atomic
def release_draft(*, booking: Booking, now: datetime) -> None:
    """Give the held time back; the draft and its text stay for 24 hours."""
    drafts = Booking.objects.filter(pk=booking.pk, status=Booking.Status.CREATED)
    if drafts.update(hold_expires_at=now):
        give_back(booking, now=now)


def keep_draft_text(*, booking: Booking, typed: Mapping[str, object]) -> None:
    """Store what was typed, so that nothing is lost whatever happens to the time (ux.md 0.3)."""
    drafts = Booking.objects.filter(pk=booking.pk, status=Booking.Status.CREATED)
    drafts.update(draft_text=dict(typed))


def forget_abandoned_drafts(*, now: datetime) -> int:
    """Delete drafts older than 24 hours with their sessions, a batch at most; return how many
    (design.md section 5)."""
    with transaction.atomic():
        drafts = (
            Booking.objects.select_for_update(skip_locked=True)
            .filter(status=Booking.Status.CREATED, created_at__lte=now - DRAFT_LIFE)
            .exclude(payment_option=Booking.PaymentOption.ONLINE)  # money may still come: checkout
            .order_by("pk")
            .values_list("pk", "session_id", "seating_id")[:BATCH]
        )
        found = list(drafts)
        Booking.objects.filter(pk__in=[pk for pk, _session, _seating in found]).delete()
        for _pk, session_id, seating_id in found:
            if seating_id:
                availability.forget_seats(seating_id=seating_id, now=now)
            elif session_id:
                availability.forget_session(session_id=session_id)
    return len(found)
