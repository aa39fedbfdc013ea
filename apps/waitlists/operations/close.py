from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q

from apps.bookings.models import Booking, BookingEvent, WaitlistEntry
from apps.bookings.operations.kept import release_booking
from apps.bookings.operations.transitions import Actor, lock_booking, record_transition
from apps.bookings.queries.drafts import price_in_line
from apps.catalog.models import BookingPolicy
from apps.outbox.sweeping import sweep


@transaction.atomic
def tell_offer(*, entry_id: int, offer: int, now: datetime) -> None:
    """Write the offer into the history of its booking, which sends the mail; nothing when it is
    over by now. Safe to repeat."""
    entry = WaitlistEntry.objects.filter(pk=entry_id).first()
    if entry is None:
        return
    booking = lock_booking(
        booking_id=entry.booking_id, business_id=entry.business_id, revision=None
    )
    entry.refresh_from_db()
    told = BookingEvent.objects.filter(booking=booking, action=BookingEvent.Action.OFFERED).count()
    if entry.state != WaitlistEntry.State.OFFERED or entry.offers != offer or told >= offer:
        return
    record_transition(
        booking,
        action=BookingEvent.Action.OFFERED,
        actor=Actor.system(),
        now=now,
        columns={"price": price_in_line(booking=booking, now=now)},
    )


def close_waitlists(*, now: datetime) -> int:
    """Decline those who still wait when a class begins, or a course that nobody joins late, and
    when any other course or the last wanted day ends, and tell them; return how many."""
    begun = Booking.objects.filter(_is_over(now), status=Booking.Status.WAITING_LIST)
    return sweep(begun, partial(_close, now=now))


def _is_over(now: datetime) -> Q:
    ruled = Q(service__policy__late_entry=False) | Q(
        service__policy=None,
        business__in=BookingPolicy.objects.filter(is_default=True, late_entry=False).values(
            "business"
        ),
    )
    return (
        Q(kind="CLASS", starts_at__lte=now)
        | (Q(kind="COURSE", starts_at__lte=now) & ruled)
        | Q(kind__in=("COURSE", "APPOINTMENT"), ends_at__lte=now)
    )


@transaction.atomic
def _close(booking_id: int, *, now: datetime) -> bool:
    business_id = Booking.objects.values_list("business_id", flat=True).get(pk=booking_id)
    booking = lock_booking(booking_id=booking_id, business_id=business_id, revision=None)
    waiting = Booking.objects.filter(_is_over(now), status=Booking.Status.WAITING_LIST)
    if not waiting.filter(pk=booking_id).exists():
        return False  # it was moved meanwhile, or given a place
    release_booking(booking, now=now)
    record_transition(
        booking,
        action=BookingEvent.Action.DECLINED,
        actor=Actor.system(),
        now=now,
        columns={"status": Booking.Status.DECLINED.value},
    )
    return True
