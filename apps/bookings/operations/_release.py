from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from apps.availability import operations as availability
from apps.availability.engine.limits import hold_ends_at
from apps.bookings.models import Booking
from apps.bookings.operations._kept import extend, give_back
from apps.outbox.sweeping import sweep

DRAFT_LIFE = timedelta(hours=24)
LONGEST_HOLD = 60


def longest_hold(draft: Booking) -> datetime:
    """Until when a draft keeps its time at the most (UTC): 60 minutes in all."""
    return hold_ends_at(draft.created_at, minutes=LONGEST_HOLD)


@transaction.atomic
def extend_draft_hold(*, booking: Booking, now: datetime) -> bool:
    """Keep a live hold for another hold_minutes, 60 minutes in all (rule C5); tell whether.

    A hold that ran out is not revived: submitting takes the time again when it is still free.
    """
    if booking.hold_expires_at is None:
        return False
    longer = hold_ends_at(now, minutes=booking.business.hold_minutes)
    until = min(longer, longest_hold(booking))
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
    """Store what was typed, so that nothing is lost whatever happens to the time (rule W2)."""
    drafts = Booking.objects.filter(pk=booking.pk, status=Booking.Status.CREATED)
    drafts.update(draft_text=dict(typed))


def forget_abandoned_drafts(*, now: datetime) -> int:
    """Delete drafts older than 24 hours with their sessions; return how many."""
    return sweep(_abandoned(now), partial(_forget, now=now))


def _abandoned(now: datetime) -> QuerySet[Booking]:
    old = Booking.objects.filter(status=Booking.Status.CREATED, created_at__lte=now - DRAFT_LIFE)
    # Money may still come for what is paid online: checkout lets those go first.
    return old.exclude(payment_option=Booking.PaymentOption.ONLINE)


@transaction.atomic
def _forget(draft_id: int, *, now: datetime) -> bool:
    """Delete one draft; somebody may be finishing it at this moment, and then it stays."""
    drafts = _abandoned(now).select_for_update(skip_locked=True).filter(pk=draft_id)
    draft = drafts.only("session_id", "seating_id").first()
    if draft is None:
        return False
    Booking.objects.filter(pk=draft_id).delete()
    if draft.seating_id:
        availability.forget_seats(seating_id=draft.seating_id, now=now)
    elif draft.session_id:
        availability.forget_session(session_id=draft.session_id)
    return True
