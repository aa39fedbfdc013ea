"""What people in line wait for: places of a class or a course, or a time of an appointment.

How each is kept for one of them, told, given back and made theirs; whom the engine asks, and for
how long, is the same for both (``offer``). All of it runs in the transaction of a caller who locks
in the order booking, then the session or run, or the resources of a time, then the entry (rule
C2).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from apps.availability import operations as availability
from apps.availability.models import CourseRun, Session
from apps.availability.operations import Claim
from apps.bookings.models import Booking, BookingEvent, MoveWish, WaitlistEntry
from apps.bookings.operations.drafts import clock_columns, place_columns
from apps.bookings.operations.errors import TooFewSoFar
from apps.bookings.operations.transitions import Actor, lock_booking, record_transition
from apps.bookings.queries.joinables import wish_of
from apps.bookings.queries.minimum import lacking
from apps.bookings.queries.offered import choice_of, claim_of
from apps.bookings.wishes import wanted_span
from apps.catalog.models import Service
from apps.catalog.queries import zone_of
from apps.kernel.refusals import Refusal
from apps.outbox import operations as outbox

OFFER_TOPIC = "waitlist.offered"
Columns = Mapping[str, Any]


class NotInLine(Refusal):
    """This booking does not wait for anything."""


class Wanted(Protocol):
    """What one entry waits for, as the engine deals with it."""

    @property
    def entry(self) -> WaitlistEntry | MoveWish:
        """Who waits, and how that stands."""

    def offer(self, *, until: datetime, told_at: datetime, now: datetime) -> bool:
        """Keep it, and see that its customer hears of it; False when it went to somebody else."""

    def release(self, *, now: datetime) -> Columns:
        """Free what was offered; return the columns by which the entry remembers that."""

    def hand_over(self, *, now: datetime) -> Columns:
        """Make what was offered theirs; return the columns by which the booking has it."""


@dataclass(slots=True)
class Places:
    """Places of a locked session or run, as many as come together."""

    entry: WaitlistEntry
    target: Session | CourseRun

    def offer(self, *, until: datetime, told_at: datetime, now: datetime) -> bool:  # noqa: ARG002
        """The booking is not touched, because its lock would come first: the worker tells."""
        entry = self.entry
        if not availability.offer_seats(target=self.target, seats=entry.people):
            return False
        outbox.enqueue(
            topic=OFFER_TOPIC,
            payload={"entry_id": entry.pk, "offer": entry.offers + 1},
            business_id=entry.business_id,
            now=now,
            delay=told_at - now,
            key=f"waitlist:{entry.pk}:{entry.offers + 1}",
        )
        return True

    def release(self, *, now: datetime) -> Columns:
        """It waits on, behind in this round."""
        availability.withdraw_seats(target=self.target, seats=self.entry.people)
        return {"passed_at": now}

    def hand_over(self, *, now: datetime) -> Columns:
        """Raises TooFewSoFar: others left meanwhile, and it would not take place with them."""
        entry = self.entry
        if lacking(self.target, entry.booking.service, now=now) > entry.people:
            raise TooFewSoFar
        seating = availability.seat(target=self.target, seats=entry.people, expires_at=None)
        availability.take_offered_seats(seating=seating)
        return {"seating_id": seating.pk}


@dataclass(slots=True)
class Time:
    """A time for a locked booking: the one found for it, else the one that it stands for.

    actor: who offers it, or gives it back.
    """

    entry: WaitlistEntry
    actor: Actor
    found: Claim | None = None

    def offer(self, *, until: datetime, told_at: datetime, now: datetime) -> bool:
        """Raises SlotTaken, BusyTryAgain."""
        booking, claim = self.entry.booking, self._claim(now=now)
        availability.grant_time(
            session_id=booking.session_id or 0,
            claim=claim,
            now=now,
            expires_at=until,
            counts=False,
        )
        record_transition(
            booking,
            action=BookingEvent.Action.OFFERED,
            actor=self.actor,
            now=now,
            columns=time_columns(booking, claim),
            delay=told_at - now,
        )
        return True

    def release(self, *, now: datetime) -> Columns:
        """It stands for all the wanted hours again, and is not asked about this time any more."""
        booking, wish = self.entry.booking, wish_of(self.entry)
        if wish is None:
            raise NotInLine
        zone = zone_of(service=booking.service, location=booking.location)
        starts_at, ends_at = wanted_span(wish, zone=zone)
        passed = [booking.starts_at.isoformat(), booking.ends_at.isoformat()]
        availability.withdraw_time(
            session_id=booking.session_id or 0, starts_at=starts_at, ends_at=ends_at
        )
        is_free = booking.selection == Booking.Selection.ANY_RESOURCE
        record_transition(
            booking,
            action=BookingEvent.Action.PASSED,
            actor=self.actor,
            now=now,
            columns={
                "starts_at": starts_at,
                "ends_at": ends_at,
                "resource_id": None if is_free else booking.resource_id,
            },
        )
        return {"let_pass": [*self.entry.let_pass, passed]}

    def hand_over(self, *, now: datetime) -> Columns:
        """Raises NoTime, UnknownChoice, SlotTaken: the hours have changed under it."""
        claim = self._claim(now=now)
        availability.confirm_time(
            session_id=self.entry.booking.session_id or 0, claim=claim, now=now
        )
        return {}

    def _claim(self, *, now: datetime) -> Claim:
        if self.found is not None:
            return self.found
        booking = self.entry.booking
        return claim_of(booking=booking, choice=choice_of(booking=booking), now=now)


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


def lock_waiting(booking: Booking, *, actor: Actor, now: datetime) -> Places | Time:
    """Lock a booking in line, what it waits for and its entry; the entry has the locked booking.

    Raises:
        NotInLine: it does not wait for anything.
        BusyTryAgain: the lock did not come in time.
    """
    locked = lock_booking(booking_id=booking.pk, business_id=booking.business_id, revision=None)
    target = None if locked.kind == Service.Kind.APPOINTMENT else _target_of(locked)
    if target is not None:
        target = availability.lock_target(target=target, now=now)
    entry = WaitlistEntry.objects.select_for_update().filter(booking=locked).first()
    if entry is None:
        raise NotInLine
    entry.booking = locked
    return Time(entry, actor) if target is None else Places(entry, target)


def _target_of(booking: Booking) -> Session | CourseRun:
    target = booking.course_run or booking.session
    if target is None:
        raise NotInLine
    return target


def lock_entry(entry_id: int) -> WaitlistEntry:
    """Lock the booking of an entry, and read the entry as it is then."""
    entry = WaitlistEntry.objects.get(pk=entry_id)
    booking = lock_booking(
        booking_id=entry.booking_id, business_id=entry.business_id, revision=None
    )
    entry.refresh_from_db()
    entry.booking = booking
    return entry
