"""What somebody wants to take: a start, the resources for it, and the rule that showed it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apps.availability.engine.check import fits, with_kept_buffers
from apps.availability.engine.inputs import Search
from apps.availability.models import Occupancy, Session
from apps.availability.operations.errors import SlotTaken
from apps.availability.operations.locking import purge_expired_and_read, with_fresh_busy
from apps.availability.queries import BusyRow, SlotQuery
from apps.catalog.models import Service


def buffers_of(service: Service) -> dict[str, int]:
    """The clean-up of a service as the columns of a session: what is taken is taken with these,
    whatever becomes of the service."""
    return {
        "buffer_before_minutes": service.buffer_before_minutes,
        "buffer_after_minutes": service.buffer_after_minutes,
    }


@dataclass(frozen=True, slots=True)
class Claim:
    """A start (UTC), one resource for each requirement, and the loaded rule inputs.

    primary_id is the resource the customer sees: the person of the team.
    """

    query: SlotQuery
    search: Search
    starts_at: datetime
    resource_ids: tuple[int, ...]
    primary_id: int | None

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.query.duration_minutes)

    @property
    def footprint(self) -> tuple[int, int]:
        """What the resources really lose, clean-up included, in Unix seconds."""
        shape = self.search.shape
        return (
            int(self.starts_at.timestamp()) - shape.buffer_before,
            int(self.ends_at.timestamp()) + shape.buffer_after,
        )

    @property
    def buffers(self) -> dict[str, int]:
        """The clean-up of today, as the columns in which a session keeps it for the ledger."""
        return buffers_of(self.query.service)

    def session(self, **columns: object) -> Session:
        return Session(
            business_id=self.query.service.business_id,
            service=self.query.service,
            location=self.query.location,
            kind=Session.Kind.APPOINTMENT,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            **self.buffers,
            **columns,
        )

    def occupancies(self, session_id: int, *, expires_at: datetime | None) -> list[Occupancy]:
        """What a session of this claim takes of each resource, not written yet."""
        start, end = (datetime.fromtimestamp(edge, UTC) for edge in self.footprint)
        return [
            Occupancy(
                business_id=self.query.service.business_id,
                resource_id=resource_id,
                session_id=session_id,
                starts_at=start,
                ends_at=end,
                expires_at=expires_at,
            )
            for resource_id in sorted(self.resource_ids)
        ]

    def check_under_lock(
        self, *, now: datetime, own_session_id: int | None = None, keeps: bool = False
    ) -> list[BusyRow]:
        """Run the rule that showed the slot once more, on what the lock lets us see; return that.

        keeps: the session stays where it is, and what it occupies is asked about, not what it would
        occupy with the clean-up of today.

        Raises:
            SlotTaken: something else is there now, or the hours no longer allow it.
        """
        rows = purge_expired_and_read(
            resource_ids=self.resource_ids, footprint=self.footprint, now=now
        )
        search = self.search
        if keeps:
            own = [row for row in rows if row.session_id == own_session_id]
            spans = {row.resource_id: (row.starts_at, row.ends_at) for row in own}
            start = int(self.starts_at.timestamp())
            search = with_kept_buffers(
                search, start=start, kept=[spans.get(pk) for pk in self.resource_ids]
            )
        fresh = with_fresh_busy(
            search, rows=rows, resource_ids=self.resource_ids, own=own_session_id
        )
        start = int(self.starts_at.timestamp())
        if not fits(fresh, start=start, resource_ids=self.resource_ids):
            raise SlotTaken
        return rows
