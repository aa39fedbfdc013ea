"""The line itself: the team gives places and times out of turn, people leave, and it closes.

Lock order: as in ``wanted``.
"""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q, QuerySet

from apps.availability import operations as availability
from apps.availability.operations import Claim, SlotTaken
from apps.bookings.models import Booking, BookingEvent, WaitlistEntry
from apps.bookings.operations.errors import SlotGone
from apps.bookings.operations.transitions import (
    Actor,
    lock_booking,
    record_transition,
    release_booking,
)
from apps.bookings.queries.joinables import IN_LINE, line_of
from apps.bookings.queries.offered import NoTime, choice_of, find_claim, slot_query
from apps.businesses.models import TeamMember
from apps.catalog.models import BookingPolicy
from apps.catalog.queries import UnknownChoice
from apps.outbox.sweeping import sweep
from apps.waitlists.operations.offer import enrol, offer_claim
from apps.waitlists.operations.wanted import NotInLine, Places, lock_waiting, time_columns

Status, State = Booking.Status, WaitlistEntry.State


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
    actor = Actor.of(by)
    wanted = lock_waiting(booking, actor=actor, now=now)
    entry = wanted.entry
    if not isinstance(wanted, Places) or entry.booking.status != Status.WAITING_LIST:
        raise NotInLine
    if entry.state == State.OFFERED:
        wanted.release(now=now)
    seating = availability.seat(target=wanted.target, seats=entry.people, expires_at=None)
    availability.take_seats(seating=seating, now=now)
    return enrol(entry, columns={"seating_id": seating.pk}, actor=actor, now=now)


@transaction.atomic
def give_time(*, booking: Booking, starts_at: datetime, by: TeamMember, now: datetime) -> Booking:
    """Book a free start (UTC) for somebody in line, for the team, whoever is before them.

    Raises:
        SlotGone: it is not free (any more).
        NotInLine: they left, or have a time already.
        BusyTryAgain: the lock did not come in time.
    """
    actor = Actor.of(by)
    entry = lock_waiting(booking, actor=actor, now=now).entry
    locked = entry.booking
    if locked.status != Status.WAITING_LIST:
        raise NotInLine
    try:
        claim = _find(locked, starts_at, now=now)
        availability.grant_time(session_id=locked.session_id or 0, claim=claim, now=now)
    except (NoTime, UnknownChoice, SlotTaken) as lost:
        raise SlotGone from lost
    return enrol(entry, columns=time_columns(locked, claim), actor=actor, now=now)


def offer_time(*, booking: Booking, starts_at: datetime, by: TeamMember, now: datetime) -> None:
    """Offer a free start (UTC) to somebody in line at once, whoever is before them.

    Raises: as ``give_time``.
    """
    try:
        claim = _find(booking, starts_at, now=now)
        entry = WaitlistEntry.objects.filter(booking=booking).first()
        if entry is None or not offer_claim(
            entry_id=entry.pk, claim=claim, actor=Actor.of(by), now=now
        ):
            raise NotInLine
    except (NoTime, UnknownChoice, SlotTaken) as lost:
        raise SlotGone from lost


def _find(booking: Booking, starts_at: datetime, *, now: datetime) -> Claim:
    query = slot_query(choice=choice_of(booking=booking), own_session_id=booking.session_id)
    return find_claim(query=query, starts_at=starts_at, now=now)


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
    _end(booking, status=Status.CANCELED, actor=Actor.of(by), now=now)
    return booking


@transaction.atomic
def move_to_front(*, booking: Booking, now: datetime) -> None:
    """Put somebody first in line.

    Raises:
        NotInLine: they do not wait any more.
        BusyTryAgain: the lock did not come in time.
    """
    wanted = lock_waiting(booking, actor=Actor.system(), now=now)
    first = wanted.entry
    if first.state not in IN_LINE:
        raise NotInLine
    line = line_of(wanted.target) if isinstance(wanted, Places) else _line_for_times(first.booking)
    others = line.exclude(pk=first.pk).order_by("rank", "pk").values_list("pk", flat=True)
    for rank, pk in enumerate([first.pk, *others], start=1):
        WaitlistEntry.objects.filter(pk=pk).update(rank=rank)


def _line_for_times(booking: Booking) -> QuerySet[WaitlistEntry]:
    return WaitlistEntry.objects.filter(
        booking__service_id=booking.service_id,
        wanted_first_on__isnull=False,
        state__in=IN_LINE,
    )


def close_waitlists(*, now: datetime) -> int:
    """Decline those who still wait when a class begins, or a course that nobody joins late, and
    when any other course or the last wanted day ends, and tell them; return how many."""
    begun = Booking.objects.filter(_is_over(now), status=Status.WAITING_LIST)
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
    waiting = Booking.objects.filter(_is_over(now), status=Status.WAITING_LIST)
    if not waiting.filter(pk=booking_id).exists():
        return False  # it was moved meanwhile, or given a place
    _end(booking, status=Status.DECLINED, actor=Actor.system(), now=now)
    return True


def _end(booking: Booking, *, status: Booking.Status, actor: Actor, now: datetime) -> None:
    release_booking(booking, now=now)
    record_transition(
        booking,
        action=BookingEvent.Action(status),
        actor=actor,
        now=now,
        columns={"status": status.value},
    )
