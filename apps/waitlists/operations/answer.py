"""What becomes of an offer, and of whoever waits: the same for places and for times (rule B19).

Lock order: booking, then the session or run, or the resources of a time, then the entry (rule C2).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from apps.availability import operations as availability
from apps.availability.models import CourseRun, Session
from apps.availability.operations import SlotTaken
from apps.bookings.models import Booking, BookingEvent, WaitlistEntry
from apps.bookings.operations.errors import SlotGone, TooFewSoFar
from apps.bookings.operations.kept import release_booking
from apps.bookings.operations.submit import asked
from apps.bookings.operations.transitions import Actor, lock_booking, record_transition
from apps.bookings.queries.drafts import price_in_line
from apps.bookings.queries.joinables import line_of
from apps.bookings.queries.minimum import decided_by, group_at, lacking
from apps.bookings.queries.offered import NoTime, choice_of, claim_of, find_claim, slot_query
from apps.businesses.models import TeamMember
from apps.catalog.models import Service
from apps.catalog.queries import UnknownChoice
from apps.kernel.refusals import Refusal
from apps.waitlists.operations.offer import offer_places, pass_by
from apps.waitlists.operations.offer_time import offer_claim, pass_time, time_columns
from apps.waitlists.queries.lines import has_offer

Status, State = Booking.Status, WaitlistEntry.State
IN_LINE = {State.WAITING, State.OFFERED}


class OfferGone(Refusal):
    """Nothing is kept for them (any more); they keep their place in line."""

    status = HTTPStatus.GONE


class NotInLine(Refusal):
    """This booking does not wait for anything."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A locked booking in line, with what it waits for: places of the target, or a time (None)."""

    booking: Booking
    entry: WaitlistEntry
    target: Session | CourseRun | None


@transaction.atomic
def take_offer(*, booking: Booking, now: datetime) -> Booking:
    """Turn an offer into a confirmed booking, once, on however many devices it is taken.

    Raises:
        OfferGone: it ran out, there is none, or the hours have changed under it.
        TooFewSoFar: others left meanwhile, and it would not take place with them; the offer stays.
        NotInLine: they left, or it was cancelled.
        BusyTryAgain: the lock did not come in time.
    """
    waiting = _lock(booking, now=now)
    if waiting.booking.status == Status.CONFIRMED:
        return waiting.booking
    if waiting.entry.state == State.LEFT:
        raise NotInLine
    if not has_offer(waiting.entry, now=now):
        raise OfferGone
    columns = _take_places(waiting, now=now) if waiting.target else _take_time(waiting, now=now)
    return _enrol(waiting, columns=columns, actor=Actor.of(None), now=now)


@transaction.atomic
def refuse_offer(*, booking: Booking, now: datetime) -> None:
    """Let an offer go to the next in line; whoever refuses keeps their place for another one.

    Harmless when there is no offer. Raises as ``take_offer``, but OfferGone and TooFewSoFar.
    """
    waiting = _lock(booking, now=now)
    if waiting.target is None:
        pass_time(waiting.booking, waiting.entry, actor=Actor.of(None), now=now)
    elif waiting.entry.state == State.OFFERED:
        pass_by(waiting.entry, target=waiting.target, now=now)
        offer_places(target=waiting.target, now=now)


@transaction.atomic
def enrol_from_line(*, booking: Booking, by: TeamMember, now: datetime) -> Booking:
    """Give somebody in line a place for the team, whoever is before them.

    Where it is not decided yet that it takes place, and too few would come with them, they wait for
    more people like everybody there (rule B16).

    Raises:
        NoSeats: there is no place for all of them.
        NotInLine: they left, have a place already, or wait for a time.
        BusyTryAgain: the lock did not come in time.
    """
    waiting = _lock(booking, now=now)
    target, people = waiting.target, waiting.entry.people
    if target is None or waiting.booking.status != Status.WAITING_LIST:
        raise NotInLine
    if waiting.entry.state == State.OFFERED:
        availability.withdraw_seats(target=target, seats=people)
    seating = availability.seat(target=target, seats=people, expires_at=None)
    availability.take_seats(seating=seating, now=now)
    return _enrol(waiting, columns={"seating_id": seating.pk}, actor=Actor.of(by), now=now)


@transaction.atomic
def give_time(*, booking: Booking, starts_at: datetime, by: TeamMember, now: datetime) -> Booking:
    """Book a free start (UTC) for somebody in line, for the team, whoever is before them.

    Raises:
        SlotGone: it is not free (any more).
        NotInLine: they left, or have a time already.
        BusyTryAgain: the lock did not come in time.
    """
    waiting = _lock(booking, now=now)
    locked = waiting.booking
    if locked.status != Status.WAITING_LIST:
        raise NotInLine
    try:
        query = slot_query(choice=choice_of(booking=locked), own_session_id=locked.session_id)
        claim = find_claim(query=query, starts_at=starts_at, now=now)
        availability.grant_time(session_id=locked.session_id or 0, claim=claim, now=now)
    except (NoTime, UnknownChoice, SlotTaken) as lost:
        raise SlotGone from lost
    return _enrol(waiting, columns=time_columns(locked, claim), actor=Actor.of(by), now=now)


def offer_time(*, booking: Booking, starts_at: datetime, by: TeamMember, now: datetime) -> None:
    """Offer a free start (UTC) to somebody in line at once, whoever is before them.

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


@transaction.atomic
def leave_waitlist(*, booking: Booking, by: TeamMember | None, now: datetime) -> Booking:
    """Leave the line; what was offered goes to the next. Left twice it is the same.

    Raises:
        NotInLine: there is no line to leave.
        BusyTryAgain: the lock did not come in time.
    """
    booking = lock_booking(booking_id=booking.pk, business_id=booking.business_id, revision=None)
    if booking.status == Status.CANCELED:
        return booking
    if booking.status != Status.WAITING_LIST:
        raise NotInLine
    release_booking(booking, now=now)
    record_transition(
        booking,
        action=BookingEvent.Action.CANCELED,
        actor=Actor.of(by),
        now=now,
        columns={"status": Status.CANCELED.value},
    )
    return booking


@transaction.atomic
def move_to_front(*, booking: Booking, now: datetime) -> None:
    """Put somebody first in line.

    Raises:
        NotInLine: they do not wait any more.
        BusyTryAgain: the lock did not come in time.
    """
    waiting = _lock(booking, now=now)
    if waiting.entry.state not in IN_LINE:
        raise NotInLine
    line = line_of(waiting.target) if waiting.target else _line_for_times(waiting.booking)
    others = line.exclude(pk=waiting.entry.pk).order_by("rank", "pk")
    for rank, pk in enumerate([waiting.entry.pk, *others.values_list("pk", flat=True)], start=1):
        WaitlistEntry.objects.filter(pk=pk).update(rank=rank)


def _lock(booking: Booking, *, now: datetime) -> _Waiting:
    locked = lock_booking(booking_id=booking.pk, business_id=booking.business_id, revision=None)
    target = None if locked.kind == Service.Kind.APPOINTMENT else _target_of(locked)
    if target is not None:
        target = availability.lock_target(target=target, now=now)
    entry = WaitlistEntry.objects.select_for_update().filter(booking=locked).first()
    if entry is None:
        raise NotInLine
    return _Waiting(locked, entry, target)


def _target_of(booking: Booking) -> Session | CourseRun:
    target = booking.course_run or booking.session
    if target is None:
        raise NotInLine
    return target


def _line_for_times(booking: Booking) -> QuerySet[WaitlistEntry]:
    return WaitlistEntry.objects.filter(
        booking__service_id=booking.service_id,
        wanted_first_on__isnull=False,
        state__in=IN_LINE,
    )


def _take_places(waiting: _Waiting, *, now: datetime) -> Mapping[str, Any]:
    """Make the places that are kept for them theirs."""
    target, people = waiting.target, waiting.entry.people
    assert target is not None  # noqa: S101  told to mypy
    if lacking(target, waiting.booking.service, now=now) > people:
        raise TooFewSoFar
    seating = availability.seat(target=target, seats=people, expires_at=None)
    availability.take_offered_seats(seating=seating)
    return {"seating_id": seating.pk}


def _take_time(waiting: _Waiting, *, now: datetime) -> Mapping[str, Any]:
    """Make the time that is kept for them theirs; it stands in their booking already."""
    booking = waiting.booking
    try:
        claim = claim_of(booking=booking, choice=choice_of(booking=booking), now=now)
        availability.keep_time(session_id=booking.session_id or 0, claim=claim, now=now)
    except (NoTime, UnknownChoice, SlotTaken) as lost:
        raise OfferGone from lost
    return {}


def _enrol(
    waiting: _Waiting, *, columns: Mapping[str, Any], actor: Actor, now: datetime
) -> Booking:
    """Confirm a booking that waited and has what it waited for now; columns says what. Where too
    few come so far it is a request, which is decided with those of the others."""
    booking, entry = waiting.booking, waiting.entry
    starts_at = columns.get("starts_at", booking.starts_at)
    until = decided_by(group_at(booking, starts_at), people=entry.people, now=now)
    WaitlistEntry.objects.filter(pk=entry.pk).update(state=State.ENROLLED, offer_ends_at=None)
    price = price_in_line(booking=booking, now=now)
    free = Booking.PaymentStatus.EXEMPT if price == 0 else Booking.PaymentStatus.NOT_PAID
    record_transition(
        booking,
        action=BookingEvent.Action.REQUESTED if until else BookingEvent.Action.BOOKED,
        actor=actor,
        now=now,
        columns={
            "status": (Status.PENDING if until else Status.CONFIRMED).value,
            "skip_business_confirmation": True,  # it was offered, or the team put them in
            **asked(booking, until, now=now),
            "price": price,
            "payment_status": free.value,
            "payment_option": Booking.PaymentOption.OFFLINE.value,
            **columns,
        },
    )
    return booking
