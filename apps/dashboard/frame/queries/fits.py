"""Does this request fit? The engine's own reasons, for many bookings in one extra query."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from apps.availability.engine.free import pick_one_of_each, with_kept_buffers
from apps.availability.engine.inputs import Requirement, ResourceFacts, Search, Shape
from apps.availability.engine.reasons import ChangeKind, Reason, ReasonCode, why_not_fit
from apps.bookings.models import Booking
from apps.catalog.models import ServiceRequirement
from apps.dashboard.frame.queries.rota import Rota, Team, Workplace
from apps.kernel.spans import Seconds

MINUTE = 60
WORTH_SAYING = 60


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason in names and instants: whom it concerns, what is in the way, what would help."""

    code: ReasonCode
    who: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    change: ChangeKind | None = None
    minutes: int | None = None
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """Obstacles are most specific first; without any, the free minutes around (None: plenty)."""

    obstacles: tuple[Obstacle, ...] = ()
    free_before: int | None = None
    free_after: int | None = None

    @property
    def ok(self) -> bool:
        return not self.obstacles


def find_fits(*, bookings: Sequence[Booking], rota: Rota) -> Mapping[int, Fit]:
    """Ask the engine about each booking on its own resources, as confirming it will do.

    Needs service and location on the bookings, and a rota that covers their dates. One query.
    """
    needs = _load_requirements({booking.service_id for booking in bookings}, rota.team)
    return {booking.pk: _fit(booking, rota, needs[booking.service_id]) for booking in bookings}


def in_names(reasons: Collection[Reason], *, team: Team) -> tuple[Obstacle, ...]:
    """Turn the engine's ids and seconds into names and instants."""
    return tuple(_obstacle(reason, team) for reason in reasons)


def _load_requirements(service_ids: Collection[int], team: Team) -> Mapping[int, list[Requirement]]:
    rows = (
        ServiceRequirement.objects.filter(service_id__in=service_ids)
        .order_by("position", "pk", "eligible__pk")
        .values_list("pk", "service_id", "resource_type_id", "eligible__pk")
    )
    chosen: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for pk, service_id, type_id, resource_id in rows:
        chosen[(pk, service_id, type_id)].extend(_known(resource_id))
    needs: dict[int, list[Requirement]] = defaultdict(list)
    for (_pk, service_id, type_id), ids in chosen.items():
        able = [it for it in sorted(team) if team[it].type_id == type_id and it in (ids or team)]
        needs[service_id].append(Requirement(type_id=type_id, resource_ids=tuple(able)))
    return needs


def _known(resource_id: int | None) -> list[int]:
    """The outer join brings None for a requirement that every resource of its type may meet."""
    return [] if resource_id is None else [resource_id]


def _fit(booking: Booking, rota: Rota, needs: Sequence[Requirement]) -> Fit:
    """A place of a class or course is kept already, and its hour is the session's: it fits."""
    if booking.seating_id is not None:
        return Fit()
    start = int(booking.starts_at.timestamp())
    kept = _kept(booking, rota)
    search = with_kept_buffers(_search(booking, rota, needs), start=start, kept=list(kept.values()))
    ids = sorted(kept) or pick_one_of_each(search, start=start)
    obstacles = in_names(why_not_fit(search, start=start, resource_ids=ids), team=rota.team)
    if obstacles or booking.resource_id is None:
        return Fit(obstacles)
    return _room_around(booking, rota, booking.resource_id)


def _search(booking: Booking, rota: Rota, needs: Sequence[Requirement]) -> Search:
    service = booking.service
    wanted = [*_only_asked_for(booking, needs[:1]), *needs[1:]]
    return Search(
        zone=_zone(booking, rota),
        business_hours=rota.hours.business,
        service_hours=rota.hours.services.get(service.pk),
        resources={
            pk: ResourceFacts(
                resource_id=pk,
                hours=rota.hours.resources.get(pk),
                busy=tuple(rota.taken(pk, without=booking.session_id)),
                rank=rota.team[pk].rank,
            )
            for requirement in wanted
            for pk in requirement.resource_ids
        },
        requirements=tuple(wanted),
        shape=Shape(
            duration=int((booking.ends_at - booking.starts_at).total_seconds()),
            step=MINUTE,
            buffer_before=service.buffer_before_minutes * MINUTE,
            buffer_after=service.buffer_after_minutes * MINUTE,
        ),
        location_id=booking.location_id,
    )


def _zone(booking: Booking, rota: Rota) -> ZoneInfo:
    """The venue's own zone, else the business's (rule T13)."""
    own = booking.location.time_zone if booking.location else ""
    return ZoneInfo(own) if own else rota.zone


def _only_asked_for(booking: Booking, first: Sequence[Requirement]) -> list[Requirement]:
    asked = booking.resource_id
    return [
        Requirement(it.type_id, tuple(pk for pk in it.resource_ids if asked in (None, pk)))
        for it in first
    ]


def _kept(booking: Booking, rota: Rota) -> dict[int, Seconds]:
    return {
        row.resource_id: (row.starts_at, row.ends_at)
        for rows in rota.busy.values()
        for row in rows
        if row.session_id == booking.session_id
    }


def _room_around(booking: Booking, rota: Rota, resource_id: int) -> Fit:
    start, end = int(booking.starts_at.timestamp()), int(booking.ends_at.timestamp())
    place = Workplace(_zone(booking, rota), booking.location_id)
    free = rota.free_around(resource_id, (start, end), at=place, without=booking.session_id)
    if free is None:
        return Fit()
    return Fit((), _worth_saying(start - free[0]), _worth_saying(free[1] - end))


def _worth_saying(seconds: int) -> int | None:
    minutes = seconds // MINUTE
    return minutes if 0 < minutes <= WORTH_SAYING else None


def _obstacle(reason: Reason, team: Team) -> Obstacle:
    known = team.get(reason.resource_id or 0)
    change = reason.change
    starts_at, ends_at = reason.span or (None, None)
    return Obstacle(
        code=reason.code,
        who=known.name if known else "",
        starts_at=_instant(starts_at),
        ends_at=_instant(ends_at),
        change=change.kind if change else None,
        minutes=change.minutes if change else None,
        opens_at=_instant(change.at) if change else None,
    )


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
