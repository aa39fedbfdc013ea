"""Free times are offered to those who wait for one, in order of joining (ADR 15).

Lock order: booking, resources, entry. Each entry in a transaction of its own.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F

from apps.availability import operations as availability
from apps.availability.operations import BusyTryAgain, Claim, SlotTaken
from apps.bookings.models import Booking, BookingEvent, WaitlistEntry
from apps.bookings.operations.drafts import clock_columns, place_columns
from apps.bookings.operations.transitions import Actor, lock_booking, record_transition
from apps.bookings.queries.joinables import wish_of
from apps.bookings.queries.offered import NoTime, choice_of, find_claim, slot_query
from apps.bookings.wishes import first_that_suits, wanted_span
from apps.catalog.models import Service
from apps.catalog.queries import UnknownChoice, is_bookable, may_wait_for_a_time, zone_of
from apps.outbox.sweeping import each, sweep
from apps.waitlists.offers import offer_ends_at, speaks_at
from apps.waitlists.queries.lines import offer_rules
from apps.waitlists.queries.times import find_times_for

State = WaitlistEntry.State
A_DAY = timedelta(days=1)


def offer_free_times(*, now: datetime) -> int:
    """Offer free times to those whom they suit, the first in line first; return how many offers.

    Times that went to somebody else between the look and the lock are left for the next look.
    """
    asked = WaitlistEntry.objects.filter(state=State.WAITING, wanted_last_on__gte=now - A_DAY)
    rows = asked.select_related("booking__service__business", "booking__location")
    return each(rows.order_by("business_id", "rank", "pk"), partial(_try, now=now))


def _try(entry: WaitlistEntry, *, now: datetime) -> bool:
    claim = _find(entry, now=now)
    if claim is None:
        return False
    try:
        return offer_claim(entry_id=entry.pk, claim=claim, actor=Actor.system(), now=now)
    except (SlotTaken, BusyTryAgain):
        return False  # lost to a customer's tap: whoever waits is asked about the next one


def _find(entry: WaitlistEntry, *, now: datetime) -> Claim | None:
    """A look without any lock, so that a line without luck costs no writer anything."""
    booking, wish = entry.booking, wish_of(entry)
    if wish is None or not _is_sold(booking.service):
        return None
    try:
        choice = choice_of(booking=booking)
        starts = find_times_for(
            choice=choice, wish=wish, own_session_id=booking.session_id, now=now
        )
        rules = offer_rules(service_id=booking.service_id, location=booking.location)
        at = first_that_suits(
            starts,
            wish=wish,
            lasts=timedelta(minutes=choice.duration_minutes),
            zone=zone_of(service=booking.service, location=booking.location),
            told_at=speaks_at(now=now, zone=rules.zone, quiet=rules.quiet),
        )
        query = slot_query(choice=choice, own_session_id=booking.session_id)
        return None if at is None else find_claim(query=query, starts_at=at, now=now)
    except (UnknownChoice, NoTime):
        return None


def _is_sold(service: Service) -> bool:
    """Whether a tap would book it: not what is switched off, nor what the team says yes to first
    by now (rule B31)."""
    return is_bookable(service=service) and may_wait_for_a_time(service)


@transaction.atomic
def offer_claim(*, entry_id: int, claim: Claim, actor: Actor, now: datetime) -> bool:
    """Keep a time for somebody in line and tell them; False when they do not wait any more.

    Raises:
        SlotTaken: somebody else has it.
        BusyTryAgain: the lock did not come in time.
    """
    entry = WaitlistEntry.objects.get(pk=entry_id)
    booking = lock_booking(
        booking_id=entry.booking_id, business_id=entry.business_id, revision=None
    )
    entry.refresh_from_db()
    if booking.status != Booking.Status.WAITING_LIST or entry.state != State.WAITING:
        return False
    rules = offer_rules(service_id=booking.service_id, location=booking.location)
    told_at = speaks_at(now=now, zone=rules.zone, quiet=rules.quiet)
    ends_at = offer_ends_at(now=told_at, starts_at=claim.starts_at, minutes=rules.minutes)
    availability.grant_time(
        session_id=booking.session_id or 0,
        claim=claim,
        now=now,
        expires_at=ends_at,
        counts=False,
    )
    WaitlistEntry.objects.filter(pk=entry.pk).update(
        state=State.OFFERED, offer_ends_at=ends_at, offers=F("offers") + 1
    )
    record_transition(
        booking,
        action=BookingEvent.Action.OFFERED,
        actor=actor,
        now=now,
        columns=time_columns(booking, claim),
        delay=told_at - now,
    )
    return True


def time_columns(booking: Booking, claim: Claim) -> dict[str, Any]:
    """The columns of a booking that got the time of a claim."""
    location = claim.query.location
    return {
        "starts_at": claim.starts_at,
        "ends_at": claim.ends_at,
        "resource_id": claim.primary_id,
        **clock_columns(
            booking, starts_at=claim.starts_at, location_id=location.pk if location else None
        ),
        **place_columns(booking, location),
    }


def lapse_times(*, now: datetime) -> int:
    """End the offers of times that ran out; whoever let one pass waits on for another."""
    over = WaitlistEntry.objects.filter(
        state=State.OFFERED, offer_ends_at__lte=now, wanted_first_on__isnull=False
    )
    return sweep(over, partial(_lapse, now=now))


@transaction.atomic
def _lapse(entry_id: int, *, now: datetime) -> bool:
    entry = WaitlistEntry.objects.get(pk=entry_id)
    booking = lock_booking(
        booking_id=entry.booking_id, business_id=entry.business_id, revision=None
    )
    entry.refresh_from_db()
    if entry.offer_ends_at is None or entry.offer_ends_at > now:
        return False
    return pass_time(booking, entry, actor=Actor.system(), now=now)


def pass_time(booking: Booking, entry: WaitlistEntry, *, actor: Actor, now: datetime) -> bool:
    """Give the offered time of a locked booking back; it waits on and is not asked about it again.

    False when nothing is offered.
    """
    wish = wish_of(entry)
    if entry.state != State.OFFERED or wish is None:
        return False
    zone = zone_of(service=booking.service, location=booking.location)
    starts_at, ends_at = wanted_span(wish, zone=zone)
    passed = [booking.starts_at.isoformat(), booking.ends_at.isoformat()]
    availability.withdraw_time(
        session_id=booking.session_id or 0, starts_at=starts_at, ends_at=ends_at
    )
    WaitlistEntry.objects.filter(pk=entry.pk).update(
        state=State.WAITING, offer_ends_at=None, let_pass=[*entry.let_pass, passed]
    )
    is_free = booking.selection == Booking.Selection.ANY_RESOURCE
    record_transition(
        booking,
        action=BookingEvent.Action.PASSED,
        actor=actor,
        now=now,
        columns={
            "starts_at": starts_at,
            "ends_at": ends_at,
            "resource_id": None if is_free else booking.resource_id,
        },
    )
    return True


def end_wish(*, booking: Booking) -> None:
    """Take a locked booking out of the line for a time; harmless for one that never waited."""
    WaitlistEntry.objects.filter(booking=booking, state__in=(State.WAITING, State.OFFERED)).update(
        state=State.LEFT, offer_ends_at=None
    )
