"""What somebody wants to take, and the steps every writer of scarce time shares (rule C2): lock,
look, guard. An override says who acts against what is there, why, and how little of the guard it
takes away."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, IntegrityError, transaction

from apps.availability.engine.free import fits, with_kept_buffers
from apps.availability.engine.inputs import Search
from apps.availability.models import Occupancy, Session
from apps.availability.models.occupancy import constraint_name
from apps.availability.queries.search import SlotQuery
from apps.availability.queries.timeline import BusyRow, find_busy_rows
from apps.catalog.models import Resource, Service
from apps.kernel.refusals import Refusal
from apps.web.refusals import Busy, is_busy

Span = tuple[datetime, datetime]


class SlotTaken(Refusal):
    """The time is no longer free for the resources it needs."""


class BusyTryAgain(Busy):
    """Too many people want this right now; the lock did not come within its time."""

    code = Busy.code


@contextmanager
def translating(name: str, *, to: type[Exception]) -> Iterator[None]:
    """Turn a refusal by the named constraint into a domain error; any other stays loud.

    Raises:
        Exception: of the class given, when the constraint of that name was broken.
    """
    try:
        yield
    except IntegrityError as error:
        if constraint_name(error) == name:
            raise to from error
        raise


@contextmanager
def saying_busy() -> Iterator[None]:
    """Raise BusyTryAgain for every wait that a time-out or a deadlock has ended."""
    try:
        yield
    except DatabaseError as error:
        if is_busy(error):
            raise BusyTryAgain from error
        raise


@contextmanager
def locked_resources(*, resource_ids: Collection[int]) -> Iterator[None]:
    """Hold the rows of these resources locked, in key order, until the transaction ends.

    FOR NO KEY UPDATE lets rows that reference a resource be inserted meanwhile; what is looked up
    inside is a new statement after the lock (rule C2). SQLite is already alone: its transactions
    begin IMMEDIATE.

    Raises:
        BusyTryAgain: the lock did not come within lock_timeout.
        SlotTaken: the database refused an overlap (resource_occupied_once).
    """
    with (
        saying_busy(),
        transaction.atomic(savepoint=False),
        translating("resource_occupied_once", to=SlotTaken),
    ):
        if resource_ids:  # a class may be without teacher and room, or be cancelled already
            rows = Resource.objects.select_for_update(no_key=True).filter(pk__in=resource_ids)
            list(rows.order_by("pk").values_list("pk"))
        yield


def lock_resources(*, resource_ids: Collection[int]) -> None:
    """Lock resources in key order until the caller's transaction ends, before several times are
    taken one after the other: each of those then locks nothing new (rule C2).

    Raises:
        BusyTryAgain: the lock did not come in time.
    """
    with locked_resources(resource_ids=resource_ids):
        pass


def purge_expired_and_read(
    *, resource_ids: Collection[int], footprint: tuple[int, int], now: datetime
) -> list[BusyRow]:
    """Return what counts in [start, end) Unix seconds, and delete expired holds in the way.

    To be called under the lock only: it sees overridden rows too (rule C2).
    """
    at = int(now.timestamp())
    rows = list(
        find_busy_rows(resource_ids=resource_ids, starts_at=footprint[0], ends_at=footprint[1])
    )
    lapsed = [row for row in rows if not row.blocks(now=at)]
    if lapsed:
        sessions = {row.session_id for row in lapsed}
        Occupancy.objects.filter(session_id__in=sessions).lapsed(now).delete()
    return [row for row in rows if row.blocks(now=at)]


def with_fresh_busy(
    search: Search, *, rows: Collection[BusyRow], resource_ids: Collection[int], own: int | None
) -> Search:
    """Return the search with what was seen under the lock in place of what was seen before."""
    resources = {
        pk: replace(
            search.resources[pk],
            busy=tuple(
                sorted(
                    (row.starts_at, row.ends_at)
                    for row in rows
                    if row.resource_id == pk and row.session_id != own
                )
            ),
        )
        for pk in resource_ids
        if pk in search.resources
    }
    return replace(search, resources={**search.resources, **resources})


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


@dataclass(frozen=True, slots=True)
class Override:
    """Why somebody schedules classes although something is in the way, and who: the key of a user.

    Whether that person's role allows it is asked before. Raises ValueError without a reason.
    """

    reason: str
    by_id: int | None = None

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("an override has a reason")


def leave_out_of_the_guard(rows: Sequence[Occupancy], *, own_session_id: int | None = None) -> None:
    """Mark those new rows as not enforced that meet an enforced one of another session.

    All the others stay under ``resource_occupied_once``. Earlier new rows count as well. To be
    called under the lock of their resources, after the look has deleted expired holds.
    """
    taken = _enforced_around(rows, besides=own_session_id)
    for row in rows:
        spans = taken[row.resource_id]
        row.enforced = not any(start < row.ends_at and row.starts_at < end for start, end in spans)
        if row.enforced:
            spans.append((row.starts_at, row.ends_at))


def _enforced_around(rows: Sequence[Occupancy], *, besides: int | None) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = defaultdict(list)
    if not rows:
        return found
    near = Occupancy.objects.filter(
        resource_id__in={row.resource_id for row in rows},
        enforced=True,
        starts_at__lt=max(row.ends_at for row in rows),
        ends_at__gt=min(row.starts_at for row in rows),
    )
    others = near if besides is None else near.exclude(session_id=besides)
    for resource_id, start, end in others.values_list("resource_id", "starts_at", "ends_at"):
        found[resource_id].append((start, end))
    return found
