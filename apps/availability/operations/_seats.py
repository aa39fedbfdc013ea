"""Seats move by conditional update, the row of their session or course run locked first, then the
seatings (design.md section 4, laws 2, 4 and 5)."""

from datetime import datetime

from django.db import OperationalError, transaction
from django.db.models import F, QuerySet, Sum

from apps.availability.models import CourseRun, Seating, Session
from apps.availability.operations._errors import BusyTryAgain, NoSeats, SeatsTaken
from apps.web.busy import is_lock_timeout

Target = Session | CourseRun
"""What has seats: rows with capacity, seats_taken and seats_offered."""


def seat(*, target: Target, seats: int, expires_at: datetime | None) -> Seating:
    """Write down seats for a booking that is about to be written; ``take_seats`` makes them count.

    As a hold when expires_at (UTC) is given.
    """
    is_session = isinstance(target, Session)
    return Seating.objects.create(
        business_id=target.business_id,
        session_id=target.pk if is_session else None,
        course_run_id=None if is_session else target.pk,
        seats=seats,
        expires_at=expires_at,
    )


@transaction.atomic(savepoint=False)
def take_seats(*, seating: Seating, now: datetime) -> None:
    """Count a new seating, as the last step of its transaction: the row is locked for that long.

    Only when there is no room are lapsed holds looked for and released (law 5).

    Raises:
        NoSeats: there are not enough places, or it no longer takes place.
        BusyTryAgain: the lock did not come in time.
    """
    try:
        if _count(seating):
            return
        target = _lock(seating)
        release_lapsed(target=target, now=now)
        if not _count(seating):
            target.refresh_from_db()
            raise NoSeats(target.seats_left if _takes_place(target) else 0)
    except OperationalError as error:
        if is_lock_timeout(error):
            raise BusyTryAgain from error
        raise


@transaction.atomic(savepoint=False)
def keep_seats(*, seating_id: int, now: datetime) -> None:
    """Make held seats firm. A hold that ran out keeps its seats while nobody needed them, else
    takes them anew (law 5).

    Raises:
        NoSeats: the seats went to somebody else.
        BusyTryAgain: the lock did not come in time.
    """
    own = Seating.objects.filter(pk=seating_id)
    if own.filter(released_at=None).update(expires_at=None):
        return
    own.update(expires_at=None, released_at=None)
    take_seats(seating=own.get(), now=now)


@transaction.atomic(savepoint=False)
def release_seats(*, seating_id: int, now: datetime) -> None:
    """Give seats back, once, however often it is asked for."""
    seating = Seating.objects.get(pk=seating_id)
    target = _lock(seating)
    if Seating.objects.filter(pk=seating_id, released_at=None).update(released_at=now):
        _row(target).update(seats_taken=F("seats_taken") - seating.seats)


@transaction.atomic(savepoint=False)
def change_seats(*, seating_id: int, seats: int, now: datetime) -> None:
    """Let a booking have more or fewer of the places of its session or course run (R063).

    Raises:
        NoSeats: there are not enough places for more.
    """
    seating = Seating.objects.get(pk=seating_id)
    target = _lock(seating)
    release_lapsed(target=target, now=now)
    more = seats - seating.seats
    if not _with_room(target, more).update(seats_taken=F("seats_taken") + more):
        target.refresh_from_db()
        raise NoSeats(target.seats_left)
    Seating.objects.filter(pk=seating_id).update(seats=seats)


@transaction.atomic(savepoint=False)
def set_capacity(*, target: Target, capacity: int, now: datetime) -> None:
    """Give a session or a course run another capacity.

    Raises:
        SeatsTaken: more places than that are taken or offered.
    """
    locked = _locked(target)
    release_lapsed(target=locked, now=now)
    counted = _row(target).annotate(counted=F("seats_taken") + F("seats_offered"))
    if not counted.filter(counted__lte=capacity).update(
        capacity=capacity, revision=F("revision") + 1
    ):
        locked.refresh_from_db()
        raise SeatsTaken(locked.seats_taken + locked.seats_offered)


def release_lapsed(*, target: Target, now: datetime) -> int:
    """Release the holds of a locked target that ran out; return how many seats came back.

    The rows are locked as they are read, so that a hold that is made firm at this moment either
    is seen as firm or waits for us.
    """
    lapsed = _seatings(target).filter(expires_at__lte=now, released_at=None)
    found = dict(lapsed.select_for_update().values_list("pk", "seats"))
    if not found:
        return 0
    Seating.objects.filter(pk__in=found).update(released_at=now)
    seats = sum(found.values())
    _row(target).update(seats_taken=F("seats_taken") - seats)
    return seats


def count_seats(*, target: Target) -> int:
    """Add up what the seatings say is taken; ``seats_taken`` has to be the same (check_ledger)."""
    taken = _seatings(target).filter(released_at=None).aggregate(seats=Sum("seats"))
    return taken["seats"] or 0


def _count(seating: Seating) -> bool:
    room = _open(_row(_target(seating))).filter(
        capacity__gte=F("seats_taken") + F("seats_offered") + seating.seats
    )
    return bool(room.update(seats_taken=F("seats_taken") + seating.seats))


def _with_room(target: Target, more: int) -> "QuerySet[Session] | QuerySet[CourseRun]":
    if more <= 0:
        return _row(target)
    return _open(_row(target)).filter(capacity__gte=F("seats_taken") + F("seats_offered") + more)


def _open(
    rows: "QuerySet[Session] | QuerySet[CourseRun]",
) -> "QuerySet[Session] | QuerySet[CourseRun]":
    state = Session.State.SCHEDULED if rows.model is Session else CourseRun.State.OPEN
    return rows.filter(state=state)


def _takes_place(target: Target) -> bool:
    return target.state in {Session.State.SCHEDULED, CourseRun.State.OPEN}


def _target(seating: Seating) -> Target:
    if seating.session_id is not None:
        return Session(pk=seating.session_id)
    return CourseRun(pk=seating.course_run_id)


def _lock(seating: Seating) -> Target:
    return _locked(_target(seating))


def _locked(target: Target) -> Target:
    if isinstance(target, Session):
        return Session.objects.select_for_update(no_key=True).get(pk=target.pk)
    return CourseRun.objects.select_for_update(no_key=True).get(pk=target.pk)


def _row(target: Target) -> "QuerySet[Session] | QuerySet[CourseRun]":
    if isinstance(target, Session):
        return Session.objects.filter(pk=target.pk)
    return CourseRun.objects.filter(pk=target.pk)


def _seatings(target: Target) -> QuerySet[Seating]:
    if isinstance(target, Session):
        return Seating.objects.filter(session_id=target.pk)
    return Seating.objects.filter(course_run_id=target.pk)
