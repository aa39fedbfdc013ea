"""The time of one visit: taken, asked for, kept, extended, forced, released (rules C2, C5)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.availability.models import Occupancy, Session
from apps.availability.operations.claim import (
    Claim,
    SlotTaken,
    leave_out_of_the_guard,
    locked_resources,
)
from apps.availability.queries.search import SlotQuery

BATCH = 1000


def take_time(
    *, claim: Claim, now: datetime, expires_at: datetime | None = None, counts: bool = True
) -> Session:
    """Take the time of a claim: as a hold when expires_at (UTC) is given, else for good.

    Rule C2. The caller has peeked without a lock, so losers of a hot slot
    seldom come here. What is held for somebody who has a place elsewhere does not count as a seat.

    Raises:
        SlotTaken: somebody else has it, or the hours no longer allow it.
        BusyTryAgain: the lock did not come in time.
    """
    with locked_resources(resource_ids=claim.resource_ids):
        claim.check_under_lock(now=now)
        session = claim.session(
            state=Session.State.HELD if expires_at else Session.State.SCHEDULED,
            expires_at=expires_at,
            seats_taken=int(counts),
        )
        session.save(force_insert=True)
        Occupancy.objects.bulk_create(claim.occupancies(session.pk, expires_at=expires_at))
    return session


def request_time(*, claim: Claim) -> Session:
    """Write down a wanted time that takes nothing: several may ask for the same (rule B9), and a
    business with hold_minutes 0 keeps nothing while a draft is being filled in.
    """
    session = claim.session(state=Session.State.REQUESTED, seats_taken=0)
    session.save(force_insert=True)
    return session


@transaction.atomic(savepoint=False)
def request_another_time(*, session_id: int, claim: Claim) -> None:
    """Write down another wanted time in place of the one before, which took nothing either."""
    Session.objects.filter(pk=session_id, state=Session.State.REQUESTED).update(
        starts_at=claim.starts_at,
        ends_at=claim.ends_at,
        location=claim.query.location,
        **claim.buffers,
    )


@transaction.atomic(savepoint=False)
def revert_to_request(*, session_id: int) -> None:
    """Turn a session back into a mere request that takes nothing (rule B9): the undo of a
    confirmation, or a hold from before several might ask for one time."""
    Occupancy.objects.filter(session_id=session_id).delete()
    Session.objects.filter(pk=session_id).update(
        state=Session.State.REQUESTED, seats_taken=0, expires_at=None
    )


def wish_time(*, query: SlotQuery, starts_at: datetime, ends_at: datetime) -> Session:
    """Write down the span (UTC) in which somebody wants a time; it takes nothing."""
    return Session.objects.create(
        business_id=query.service.business_id,
        service=query.service,
        location=query.location,
        kind=Session.Kind.APPOINTMENT,
        state=Session.State.REQUESTED,
        starts_at=starts_at,
        ends_at=ends_at,
    )


def grant_time(
    *,
    session_id: int,
    claim: Claim,
    now: datetime,
    expires_at: datetime | None = None,
    counts: bool = True,
) -> None:
    """Give a session the time of a claim in place of its own.

    As a hold until expires_at (UTC), else for good. An offer to somebody who waits does not count
    as its seat yet.

    Raises:
        SlotTaken: somebody else has it, or the hours no longer allow it.
        BusyTryAgain: the lock did not come in time.
    """
    with locked_resources(resource_ids=claim.resource_ids):
        claim.check_under_lock(now=now, own_session_id=session_id)
        Occupancy.objects.filter(session_id=session_id).delete()
        Session.objects.filter(pk=session_id).update(
            state=Session.State.HELD if expires_at else Session.State.SCHEDULED,
            expires_at=expires_at,
            seats_taken=int(counts),
            starts_at=claim.starts_at,
            ends_at=claim.ends_at,
            location=claim.query.location,
            **claim.buffers,
        )
        Occupancy.objects.bulk_create(claim.occupancies(session_id, expires_at=expires_at))


def take_over_time(*, session_id: int, held_id: int, claim: Claim, now: datetime) -> None:
    """Give a session for good the time that another session (held_id) holds, in place of its own;
    claim is that of the held one, which is over then.

    Raises:
        SlotTaken: the hold is over, something overlaps it, or the hours no longer allow it.
        BusyTryAgain: the lock did not come in time.
    """
    with locked_resources(resource_ids=claim.resource_ids):
        claim.check_under_lock(now=now, own_session_id=held_id, keeps=True)
        held = Session.objects.get(pk=held_id)
        Occupancy.objects.filter(session_id=session_id).delete()
        rows = Occupancy.objects.filter(session_id=held_id).held(now)
        if rows.update(session_id=session_id, expires_at=None) != len(claim.resource_ids):
            raise SlotTaken
        _make_firm(
            session_id,
            starts_at=held.starts_at,
            ends_at=held.ends_at,
            location=held.location,
            buffer_before_minutes=held.buffer_before_minutes,
            buffer_after_minutes=held.buffer_after_minutes,
        )
        release_time(session_id=held_id)


@transaction.atomic(savepoint=False)
def withdraw_time(*, session_id: int, starts_at: datetime, ends_at: datetime) -> None:
    """Give an offered time back to everybody; the session is a mere wish again for this span."""
    Occupancy.objects.filter(session_id=session_id).delete()
    Session.objects.filter(pk=session_id).update(
        state=Session.State.REQUESTED,
        expires_at=None,
        starts_at=starts_at,
        ends_at=ends_at,
    )


def confirm_time(*, session_id: int, claim: Claim, now: datetime) -> None:
    """Make the time of a session firm: a draft that is submitted, a request that is confirmed.

    What the session still occupies is kept. What is gone, whose hold ran out, or what lay beside
    the constraint by an override, is taken anew when the rule still allows it (rule C2, 5 and 6).

    Raises:
        SlotTaken: the time went to somebody else, or something overlaps it by an override.
        BusyTryAgain: the lock did not come in time.
    """
    with locked_resources(resource_ids=claim.resource_ids):
        confirm_under_lock(session_id=session_id, claim=claim, now=now)


def confirm_under_lock(*, session_id: int, claim: Claim, now: datetime) -> None:
    """``confirm_time``, for a caller that has locked the resources.

    Raises:
        SlotTaken: as there.
    """
    rows = claim.check_under_lock(now=now, own_session_id=session_id, keeps=True)
    own = {row.resource_id for row in rows if row.session_id == session_id}
    if own == set(claim.resource_ids) and _confirm_own(session_id, count=len(own)):
        return
    take_anew(session_id, claim, claim.occupancies(session_id, expires_at=None))


def take_anew(session_id: int, claim: Claim, rows: Sequence[Occupancy]) -> None:
    """Write these rows of a claim in place of all that the session occupied, and make it firm."""
    Occupancy.objects.filter(session_id=session_id).delete()
    Occupancy.objects.bulk_create(rows)
    _make_firm(session_id, **claim.buffers)


def _confirm_own(session_id: int, *, count: int) -> bool:
    """Make firm a session and what it occupies; tell whether those were all the rows seen.

    The worker sweeps without our lock and may delete a row that ran out after we have seen it, and
    a row beside the constraint is written anew, so only the rows that the update has found count.
    """
    own = Occupancy.objects.filter(session_id=session_id, enforced=True)
    if own.update(expires_at=None) != count:
        return False
    _make_firm(session_id)
    return True


def _make_firm(session_id: int, **columns: Any) -> None:
    """Write that the session takes place and its one seat is taken."""
    Session.objects.filter(pk=session_id).update(
        state=Session.State.SCHEDULED, expires_at=None, seats_taken=1, **columns
    )


@transaction.atomic(savepoint=False)
def extend_hold(*, session_id: int, expires_at: datetime, now: datetime) -> bool:
    """Move the end of a hold that is still alive to expires_at (UTC); tell whether it was.

    A hold that ran out is not revived here: submitting the draft takes the time again.
    """
    rows = Occupancy.objects.filter(session_id=session_id)
    if not rows.held(now).update(expires_at=expires_at):
        return False
    Session.objects.filter(pk=session_id).update(expires_at=expires_at)
    return True


def force_time(*, session_id: int, claim: Claim, now: datetime) -> bool:
    """Keep a session's time although something is in the way; tell whether anything was.

    Nothing is overridden that need not be: a time that fits is kept like any other, and of one
    that does not, only the resources that are taken are stored outside the constraint. Who may do
    this, and why, is written on the booking by the caller. Later looks see the rows all the same.

    Raises:
        BusyTryAgain: the lock did not come in time.
    """
    with locked_resources(resource_ids=claim.resource_ids):
        try:
            confirm_under_lock(session_id=session_id, claim=claim, now=now)
        except SlotTaken:
            rows = claim.occupancies(session_id, expires_at=None)
            leave_out_of_the_guard(rows, own_session_id=session_id)
            take_anew(session_id, claim, rows)
            return True
    return False


@transaction.atomic(savepoint=False)
def revert_to_hold(*, session_id: int, expires_at: datetime) -> None:
    """Turn the firm time of a session into a hold until expires_at (UTC): ``confirm_time`` the
    other way round; what occupies nothing stays as it is. Needs no lock: nothing new is used."""
    Occupancy.objects.filter(session_id=session_id).update(expires_at=expires_at)
    Session.objects.filter(pk=session_id, state=Session.State.SCHEDULED).update(
        state=Session.State.HELD, expires_at=expires_at
    )


@transaction.atomic(savepoint=False)
def release_time(*, session_id: int) -> None:
    """Give the time of a session back; the row stays as history. Needs no lock: what is
    used is locked, never what is freed."""
    Occupancy.objects.filter(session_id=session_id).delete()
    Session.objects.filter(pk=session_id).update(
        state=Session.State.CANCELED, seats_taken=0, expires_at=None
    )


def write_down_again(*, session_id: int) -> None:
    """Let a session whose time was given back ask for that time once more: it takes nothing, and
    what is free is looked at when somebody says yes."""
    Session.objects.filter(pk=session_id, state=Session.State.CANCELED).update(
        state=Session.State.REQUESTED
    )


def forget_session(*, session_id: int) -> None:
    """Delete the session of a draft that nobody finished, its time with it."""
    Session.objects.filter(pk=session_id).delete()


@transaction.atomic
def sweep_expired_holds(*, now: datetime) -> int:
    """Delete occupancies of holds that ran out before now (UTC), a batch at most; return how many.

    Tidiness only: readers ignore them and writers delete them anyway (rule C5). Rows that a writer
    is deleting at this moment are skipped, so that the two never wait for each other in a ring.
    """
    lapsed = Occupancy.objects.lapsed(now)
    rows = lapsed.select_for_update(skip_locked=True).order_by("pk")
    ids = list(rows.values_list("pk", flat=True)[:BATCH])
    deleted, _by_model = lapsed.filter(pk__in=ids).delete()
    return deleted
