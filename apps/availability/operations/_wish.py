"""The session of somebody who waits for a time: it takes nothing until a time is offered."""

from datetime import datetime

from django.db import transaction

from apps.availability.models import Occupancy, Session
from apps.availability.operations._claim import Claim
from apps.availability.operations.locking import locked_resources
from apps.availability.queries import SlotQuery


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
