"""Why no times? The engine's diagnosis of one date for the owner (rule T15)."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from apps.availability.engine.diagnosis import why_no_times
from apps.availability.engine.slots import find_slots
from apps.bookings.queries.offered import load_offer, slot_query
from apps.businesses.models import Location
from apps.catalog.models import Service
from apps.catalog.queries import choose
from apps.dashboard.frame.queries.fits import Obstacle, in_names
from apps.dashboard.frame.queries.rota import load_team


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Either how many times are on offer, or what is in the way, most specific first, told by the
    clock of zone, that of the place."""

    zone: ZoneInfo
    times: int
    obstacles: tuple[Obstacle, ...]


def find_why(
    *,
    service: Service,
    resource_id: int | None,
    on: date,
    now: datetime,
    location: Location | None = None,
) -> Diagnosis:
    """Diagnose one date of one service, with one person or anybody, at one of its places.

    The same search as the picker's, so the two can never disagree.

    Raises:
        UnknownChoice: this person does not do this service.
    """
    choice = choose(
        service=service,
        resource_id=resource_id,
        location_id=location.pk if location else None,
    )
    search = load_offer(query=slot_query(choice=choice), first=on, last=on, now=now)
    reasons = why_no_times(search, first=on, last=on)
    if not reasons:
        times = len(find_slots(search, first=on, last=on))
        return Diagnosis(search.zone, times=times, obstacles=())
    team = load_team(business_id=service.business_id)
    return Diagnosis(search.zone, times=0, obstacles=in_names(reasons, team=team))
