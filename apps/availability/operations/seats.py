"""Seats move by conditional update, the row of their session or course run locked first, then the
seatings (rules C2, C6, C5). What is offered to whoever is first in line counts in seats_offered."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from apps.availability.models import CourseRun, Seating, Session
from apps.availability.models.session import Seatings
from apps.availability.operations.claim import saying_busy
from apps.kernel.refusals import Refusal
from apps.outbox.sweeping import sweep

Target = Session | CourseRun
"""What has seats: rows with capacity, seats_taken and seats_offered."""
NOBODY = {"seats_taken": 0, "seats_offered": 0, "overridden": False}


class NoSeats(Refusal):
    """There are not enough places left; seats_left says how many there are."""

    def __init__(self, seats_left: int) -> None:
        super().__init__(str(seats_left))
        self.seats_left = seats_left


class SeatsTaken(Refusal):
    """The capacity cannot fall below the places that are taken or offered."""

    def __init__(self, seats: int) -> None:
        super().__init__(str(seats))
        self.seats = seats


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

    Only when there is no room are lapsed holds looked for and released (rule C5).

    Raises:
        NoSeats: there are not enough places, or it no longer takes place.
        BusyTryAgain: the lock did not come in time.
    """
    with saying_busy():
        if _count(seating):
            return
        target = _lock(seating)
        release_lapsed(target=target, now=now)
        if not _count(seating):
            target.refresh_from_db()
            raise NoSeats(target.seats_left if target.takes_place else 0)


def lock_for_move(*, seating_id: int | None, target: Target) -> None:
    """Lock where somebody leaves and where they go, in one order for all, before either is
    touched: two who change places with each other must not wait in a ring (rule C2)."""
    if seating_id is None:
        return
    rows: list[Target] = [target, target_of(Seating.objects.get(pk=seating_id))]
    for row in sorted(rows, key=lambda it: (isinstance(it, CourseRun), it.pk)):
        locked_target(row)


@transaction.atomic(savepoint=False)
def confirm_seats(*, seating_id: int, now: datetime) -> None:
    """Make held seats firm. A hold that ran out keeps its seats while nobody needed them, else
    takes them anew (rule C5).

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
def hold_seats_again(*, seating_id: int, expires_at: datetime, now: datetime) -> None:
    """Hold seats whose hold ran out until expires_at (UTC), as long as nobody needed them.

    Raises:
        NoSeats: they went to somebody else.
        BusyTryAgain: the lock did not come in time.
    """
    own = Seating.objects.filter(pk=seating_id)
    if own.filter(released_at=None).update(expires_at=expires_at):
        return
    own.update(expires_at=expires_at, released_at=None)
    take_seats(seating=own.get(), now=now)


@transaction.atomic(savepoint=False)
def force_seats(*, seating_id: int, now: datetime) -> bool:
    """Let a booking have its seats although there is no room: paid too late for its hold. Tell
    whether there was none.

    Only then is the session or run marked as overridden, so that the database lets it be; the mark
    goes as soon as its places are enough again.
    """
    seating = Seating.objects.get(pk=seating_id)
    target = _lock(seating)
    own = Seating.objects.filter(pk=seating_id)
    if own.filter(released_at=None).update(expires_at=None):
        return False
    release_lapsed(target=target, now=now)
    own.update(expires_at=None, released_at=None)
    if _count(seating):
        return False
    row_of(target).update(overridden=True, seats_taken=F("seats_taken") + seating.seats)
    return True


def _end_override(target: Target) -> None:
    """Put a locked session or run back under the guard once its places are enough."""
    if target.overridden:
        row_of(target).filter(capacity__gte=F("seats_taken") + F("seats_offered")).update(
            overridden=False
        )


@transaction.atomic(savepoint=False)
def release_seats(*, seating_id: int, now: datetime) -> None:
    """Give seats back, once, however often it is asked for."""
    seating = Seating.objects.get(pk=seating_id)
    target = _lock(seating)
    if Seating.objects.filter(pk=seating_id, released_at=None).update(released_at=now):
        row_of(target).update(seats_taken=F("seats_taken") - seating.seats)
        _end_override(target)


def extend_seats(*, seating_id: int, expires_at: datetime, now: datetime) -> bool:
    """Move the end of a hold that is still alive to expires_at (UTC); tell whether it was."""
    rows = Seating.objects.filter(pk=seating_id).held(now)
    return bool(rows.update(expires_at=expires_at))


@transaction.atomic(savepoint=False)
def forget_seats(*, seating_id: int, now: datetime) -> None:
    """Delete the seating of a draft that nobody finished, its seats given back."""
    release_seats(seating_id=seating_id, now=now)
    Seating.objects.filter(pk=seating_id).delete()


def sweep_lapsed_seats(*, now: datetime) -> int:
    """Release the seats of holds that ran out; return how many seats came back.

    Tidiness only, like ``sweep_expired_holds``: each session in a transaction of its own.
    """
    lapsed = Seating.objects.lapsed(now)
    sessions = Session.objects.filter(pk__in=lapsed.values("session"))
    runs = CourseRun.objects.filter(pk__in=lapsed.values("course_run"))
    return sweep(sessions, lambda pk: _sweep(Session(pk=pk), now=now)) + sweep(
        runs, lambda pk: _sweep(CourseRun(pk=pk), now=now)
    )


@transaction.atomic
def _sweep(target: Target, *, now: datetime) -> int:
    return release_lapsed(target=locked_target(target), now=now)


@transaction.atomic(savepoint=False)
def change_seats(*, seating_id: int, seats: int, now: datetime) -> None:
    """Let a booking have more or fewer of the places of its session or course run (rule B17).

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
    _end_override(target)


@transaction.atomic(savepoint=False)
def set_capacity(*, target: Target, capacity: int, now: datetime) -> None:
    """Give a session or a course run another capacity.

    Raises:
        SeatsTaken: more places than that are taken or offered.
    """
    locked = locked_target(target)
    release_lapsed(target=locked, now=now)
    counted = row_of(target).annotate(counted=F("seats_taken") + F("seats_offered"))
    if not counted.filter(counted__lte=capacity).update(
        capacity=capacity, revision=F("revision") + 1
    ):
        locked.refresh_from_db()
        raise SeatsTaken(locked.seats_taken + locked.seats_offered)
    _end_override(locked)


def release_lapsed(*, target: Target, now: datetime) -> int:
    """Release the holds of a locked target that ran out; return how many seats came back.

    The rows are locked as they are read, so that a hold that is made firm at this moment either
    is seen as firm or waits for us.
    """
    lapsed = _seatings(target).lapsed(now)
    found = dict(lapsed.select_for_update().values_list("pk", "seats"))
    if not found:
        return 0
    Seating.objects.filter(pk__in=found).update(released_at=now)
    seats = sum(found.values())
    row_of(target).update(seats_taken=F("seats_taken") - seats)
    _end_override(target)
    return seats


def _count(seating: Seating) -> bool:
    room = _with_room(target_of(seating), seating.seats)
    return bool(room.update(seats_taken=F("seats_taken") + seating.seats))


def _with_room(target: Target, more: int) -> "QuerySet[Session] | QuerySet[CourseRun]":
    if more <= 0:
        return row_of(target)
    return open_rows(row_of(target)).filter(
        capacity__gte=F("seats_taken") + F("seats_offered") + more
    )


def open_rows(
    rows: "QuerySet[Session] | QuerySet[CourseRun]",
) -> "QuerySet[Session] | QuerySet[CourseRun]":
    """Only the rows that take place."""
    state = Session.State.SCHEDULED if rows.model is Session else CourseRun.State.OPEN
    return rows.filter(state=state)


def target_of(seating: Seating) -> Target:
    """The session or run of a seating, with nothing but its key."""
    if seating.session_id is not None:
        return Session(pk=seating.session_id)
    return CourseRun(pk=seating.course_run_id)


def _lock(seating: Seating) -> Target:
    return locked_target(target_of(seating))


def locked_target(target: Target) -> Target:
    """The row itself, locked until the transaction ends.

    Raises:
        BusyTryAgain: the lock did not come in time.
    """
    with saying_busy():
        if isinstance(target, Session):
            return Session.objects.select_for_update(no_key=True).get(pk=target.pk)
        return CourseRun.objects.select_for_update(no_key=True).get(pk=target.pk)


def row_of(target: Target) -> "QuerySet[Session] | QuerySet[CourseRun]":
    """The one row, for a conditional update."""
    if isinstance(target, Session):
        return Session.objects.filter(pk=target.pk)
    return CourseRun.objects.filter(pk=target.pk)


def _seatings(target: Target) -> Seatings:
    if isinstance(target, Session):
        return Seating.objects.filter(session_id=target.pk)
    return Seating.objects.filter(course_run_id=target.pk)


@transaction.atomic(savepoint=False)
def lock_target(*, target: Target, now: datetime) -> Target:
    """Lock a session or a run until the transaction ends and return it as it is now, holds that
    ran out released (rule C5).

    Raises:
        BusyTryAgain: the lock did not come in time.
    """
    with saying_busy():
        release_lapsed(target=locked_target(target), now=now)
    target.refresh_from_db()
    return target


def offer_seats(*, target: Target, seats: int) -> bool:
    """Keep places for an offer; tell whether there were enough."""
    room = open_rows(row_of(target)).filter(
        capacity__gte=F("seats_taken") + F("seats_offered") + seats
    )
    return bool(room.update(seats_offered=F("seats_offered") + seats))


def withdraw_seats(*, target: Target, seats: int) -> None:
    """Give the places of an offer back to everybody."""
    row_of(target).update(seats_offered=F("seats_offered") - seats)


def take_offered_seats(*, seating: Seating) -> None:
    """Count a new seating whose places were offered: not a moment free in between.

    Raises:
        NoSeats: it no longer takes place.
    """
    moved = open_rows(row_of(target_of(seating))).update(
        seats_offered=F("seats_offered") - seating.seats,
        seats_taken=F("seats_taken") + seating.seats,
    )
    if not moved:
        raise NoSeats(0)


@transaction.atomic(savepoint=False)
def release_all_seats(*, session_ids: Collection[int], now: datetime) -> None:
    """Give back every seat of sessions that do not take place, held and offered ones too.

    The sessions are cancelled, and so locked, in the same transaction (``cancel_sessions``).
    """
    Seating.objects.filter(session_id__in=session_ids, released_at=None).update(released_at=now)
    Session.objects.filter(pk__in=session_ids).update(**NOBODY)


@transaction.atomic(savepoint=False)
def release_run_seats(*, course_run_id: int, now: datetime) -> None:
    """The same for a course run, cancelled in the same transaction (``cancel_course_run``)."""
    Seating.objects.filter(course_run_id=course_run_id, released_at=None).update(released_at=now)
    CourseRun.objects.filter(pk=course_run_id).update(**NOBODY)
