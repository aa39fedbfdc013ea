from collections.abc import Collection
from datetime import UTC, datetime

from apps.availability.models import Occupancy, Session
from apps.availability.operations._errors import SlotTaken
from apps.availability.operations.locking import locked_resources, purge_expired_and_read


def block_time(
    *,
    business_id: int,
    resource_ids: Collection[int],
    starts_at: datetime,
    ends_at: datetime,
    note: str,
    now: datetime,
    kind: Session.Kind = Session.Kind.BLOCKED,
) -> Session:
    """Keep resources from being booked in [starts_at, ends_at) UTC: time off, a break.

    Raises:
        SlotTaken: something is booked or held there; move that first.
        BusyTryAgain: the lock did not come in time.
    """
    footprint = (int(starts_at.timestamp()), int(ends_at.timestamp()))
    with locked_resources(resource_ids=resource_ids):
        if purge_expired_and_read(resource_ids=resource_ids, footprint=footprint, now=now):
            raise SlotTaken
        session = Session.objects.create(
            business_id=business_id,
            kind=kind,
            starts_at=starts_at,
            ends_at=ends_at,
            note=note,
        )
        Occupancy.objects.bulk_create(
            Occupancy(
                business_id=business_id,
                resource_id=resource_id,
                session=session,
                starts_at=starts_at.astimezone(UTC),
                ends_at=ends_at.astimezone(UTC),
            )
            for resource_id in sorted(resource_ids)
        )
    return session
