from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from apps.availability import operations as availability
from apps.availability.models import CourseRun, Session
from apps.bookings.models import Booking, BookingEvent, WaitlistEntry
from apps.bookings.operations._errors import TooFewSoFar
from apps.bookings.operations._kept import give_back
from apps.bookings.operations._moves import Actor, lock_booking, write_move
from apps.bookings.operations._submit import asked
from apps.bookings.queries.lines import line_of
from apps.bookings.queries.minimum import decided_by, group_at, lacking
from apps.bookings.queries.price import price_in_line
from apps.businesses.models import TeamMember
from apps.catalog.models import Service
from apps.waitlists.operations.offer import offer_places, pass_by
from apps.waitlists.queries.lines import has_offer

Status, State = Booking.Status, WaitlistEntry.State


class OfferGone(Exception):
    """No place is kept for them (any more); they keep their place in line."""


class NotInLine(Exception):
    """This booking does not wait for anything."""


@transaction.atomic
def take_offered_place(*, booking: Booking, now: datetime) -> Booking:
    """Turn an offer into a confirmed booking, once, on however many devices it is taken.

    Raises:
        OfferGone: it ran out, or there is none.
        TooFewSoFar: others left meanwhile, and it would not take place with them; the offer stays.
        NotInLine: they left, or it was cancelled.
        BusyTryAgain: the lock did not come in time.
    """
    booking, target, entry = _lock(booking, now=now)
    if booking.status == Status.CONFIRMED:
        return booking
    if entry is None:
        raise NotInLine
    if not has_offer(entry, now=now):
        raise OfferGone
    if lacking(target, booking.service, now=now) > entry.people:
        raise TooFewSoFar
    seating = availability.seat(target=target, seats=entry.people, expires_at=None)
    availability.take_offered_seats(seating=seating)
    columns = {"seating_id": seating.pk}
    return enrol(booking, entry, columns=columns, actor=Actor.of(None), now=now)


@transaction.atomic
def enrol_from_line(*, booking: Booking, by: TeamMember, now: datetime) -> Booking:
    """Give somebody in line a place for the team, whoever is before them (rule B19).

    Where it is not decided yet that it takes place, and too few would come with them, they wait for
    more people like everybody there (rule B16).

    Raises:
        NoSeats: there is no place for all of them.
        NotInLine: they left, or have a place already.
        BusyTryAgain: the lock did not come in time.
    """
    booking, target, entry = _lock(booking, now=now)
    if entry is None or booking.status != Status.WAITING_LIST:
        raise NotInLine
    if entry.state == State.OFFERED:
        availability.withdraw_seats(target=target, seats=entry.people)
    seating = availability.seat(target=target, seats=entry.people, expires_at=None)
    availability.take_seats(seating=seating, now=now)
    columns = {"seating_id": seating.pk}
    return enrol(booking, entry, columns=columns, actor=Actor.of(by), now=now)


@transaction.atomic
def refuse_offer(*, booking: Booking, now: datetime) -> None:
    """Let an offer go to the next in line; whoever refuses keeps their place for another time.

    Harmless when there is no offer. Raises as ``take_offered_place``, but OfferGone.
    """
    _booking, target, entry = _lock(booking, now=now)
    if entry is not None and entry.state == State.OFFERED:
        pass_by(entry, target=target, now=now)
        offer_places(target=target, now=now)


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
    give_back(booking, now=now)
    write_move(
        booking,
        action=BookingEvent.Action.CANCELED,
        actor=Actor.of(by),
        now=now,
        columns={"status": Status.CANCELED.value},
    )
    return booking


@transaction.atomic
def move_to_front(*, booking: Booking, now: datetime) -> None:
    """Put somebody first in line (rule B19).

    Raises:
        NotInLine: they do not wait any more.
        BusyTryAgain: the lock did not come in time.
    """
    if booking.kind == Service.Kind.APPOINTMENT:
        entry, line = _lock_wish(booking)
    else:
        _booking, target, entry = _lock(booking, now=now)
        line = line_of(target)
    if entry is None or entry.state not in {State.WAITING, State.OFFERED}:
        raise NotInLine
    others = line.exclude(pk=entry.pk).order_by("rank", "pk")
    for rank, pk in enumerate([entry.pk, *others.values_list("pk", flat=True)], start=1):
        WaitlistEntry.objects.filter(pk=pk).update(rank=rank)


def _lock(
    booking: Booking, *, now: datetime
) -> tuple[Booking, Session | CourseRun, WaitlistEntry | None]:
    """Booking, then what it waits for, then its entry: the one order of all (rule C2)."""
    locked = lock_booking(booking_id=booking.pk, business_id=booking.business_id, revision=None)
    target = locked.course_run or locked.session
    if target is None:
        raise NotInLine
    target = availability.lock_target(target=target, now=now)
    entry = WaitlistEntry.objects.select_for_update().filter(booking=locked).first()
    return locked, target, entry


def _lock_wish(booking: Booking) -> tuple[WaitlistEntry | None, QuerySet[WaitlistEntry]]:
    locked = lock_booking(booking_id=booking.pk, business_id=booking.business_id, revision=None)
    line = WaitlistEntry.objects.filter(
        booking__service_id=locked.service_id,
        wanted_first_on__isnull=False,
        state__in=(State.WAITING, State.OFFERED),
    )
    return line.select_for_update(of=("self",)).filter(booking=locked).first(), line


def enrol(
    booking: Booking,
    entry: WaitlistEntry,
    *,
    columns: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> Booking:
    """Confirm a locked booking that waited and has what it waited for now; columns says what. Where
    too few come so far it is a request, which is decided with those of the others."""
    starts_at = columns.get("starts_at", booking.starts_at)
    until = decided_by(group_at(booking, starts_at), people=entry.people, now=now)
    WaitlistEntry.objects.filter(pk=entry.pk).update(state=State.ENROLLED, offer_ends_at=None)
    price = price_in_line(booking=booking, now=now)
    free = Booking.PaymentStatus.EXEMPT if price == 0 else Booking.PaymentStatus.NOT_PAID
    write_move(
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
