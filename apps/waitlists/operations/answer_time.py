from datetime import datetime

from django.db import transaction

from apps.availability import operations as availability
from apps.availability.operations import SlotTaken
from apps.bookings.models import Booking, WaitlistEntry
from apps.bookings.operations._errors import SlotGone
from apps.bookings.operations._moves import Actor, lock_booking
from apps.bookings.queries.choice import choice_of
from apps.bookings.queries.claims import NoTime, claim_of, find_claim, slot_query
from apps.businesses.models import TeamMember
from apps.catalog.queries import UnknownChoice
from apps.waitlists.operations.answer import NotInLine, OfferGone, enrol
from apps.waitlists.operations.offer_time import offer_claim, pass_time, time_columns
from apps.waitlists.queries.lines import has_offer

Status, State = Booking.Status, WaitlistEntry.State


@transaction.atomic
def take_offered_time(*, booking: Booking, now: datetime) -> Booking:
    """Turn an offered time into a confirmed booking, once, on however many devices it is taken.

    Raises:
        OfferGone: it ran out, there is none, or the hours have changed under it.
        NotInLine: they left, or it was cancelled.
        BusyTryAgain: the lock did not come in time.
    """
    booking, entry = _lock(booking)
    if booking.status == Status.CONFIRMED:
        return booking
    if entry.state == State.LEFT:
        raise NotInLine
    if not has_offer(entry, now=now):
        raise OfferGone
    try:
        claim = claim_of(booking=booking, choice=choice_of(booking=booking), now=now)
        availability.keep_time(session_id=booking.session_id or 0, claim=claim, now=now)
    except (NoTime, UnknownChoice, SlotTaken) as lost:
        raise OfferGone from lost
    return enrol(booking, entry, columns={}, actor=Actor.of(None), now=now)


@transaction.atomic
def refuse_time(*, booking: Booking, now: datetime) -> None:
    """Let an offered time go and wait for another; harmless when nothing is offered."""
    booking, entry = _lock(booking)
    pass_time(booking, entry, actor=Actor.of(None), now=now)


@transaction.atomic
def give_time(*, booking: Booking, starts_at: datetime, by: TeamMember, now: datetime) -> Booking:
    """Book a free start (UTC) for somebody in line, for the team, whoever is before them
    (rule B19).

    Raises:
        SlotGone: it is not free (any more).
        NotInLine: they left, or have a time already.
        BusyTryAgain: the lock did not come in time.
    """
    booking, entry = _lock(booking)
    if booking.status != Status.WAITING_LIST:
        raise NotInLine
    try:
        query = slot_query(choice=choice_of(booking=booking), own_session_id=booking.session_id)
        claim = find_claim(query=query, starts_at=starts_at, now=now)
        availability.grant_time(session_id=booking.session_id or 0, claim=claim, now=now)
    except (NoTime, UnknownChoice, SlotTaken) as lost:
        raise SlotGone from lost
    return enrol(booking, entry, columns=time_columns(booking, claim), actor=Actor.of(by), now=now)


def offer_time(*, booking: Booking, starts_at: datetime, by: TeamMember, now: datetime) -> None:
    """Offer a free start (UTC) to somebody in line at once, whoever is before them (rule B19).

    Raises: as ``give_time``.
    """
    try:
        query = slot_query(choice=choice_of(booking=booking), own_session_id=booking.session_id)
        claim = find_claim(query=query, starts_at=starts_at, now=now)
        entry = WaitlistEntry.objects.filter(booking=booking).first()
        if entry is None or not offer_claim(
            entry_id=entry.pk, claim=claim, actor=Actor.of(by), now=now
        ):
            raise NotInLine
    except (NoTime, UnknownChoice, SlotTaken) as lost:
        raise SlotGone from lost


def _lock(booking: Booking) -> tuple[Booking, WaitlistEntry]:
    locked = lock_booking(booking_id=booking.pk, business_id=booking.business_id, revision=None)
    entry = WaitlistEntry.objects.select_for_update().filter(booking=locked).first()
    if entry is None:
        raise NotInLine
    return locked, entry
