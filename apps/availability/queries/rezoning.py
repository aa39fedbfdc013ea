"""What a clock governs that lies ahead, where it would go, and what would be in its way."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from apps.availability.engine.rezoning import Moving, find_conflicting_pairs, same_reading
from apps.availability.engine.zones import Resolution
from apps.availability.models import Occupancy, Session
from apps.businesses.models import Clock

LONGEST_BUFFER = timedelta(days=2)
AHEAD = (Session.State.HELD, Session.State.REQUESTED, Session.State.SCHEDULED)


@dataclass(frozen=True, slots=True)
class Shift:
    """Where a session goes when the times on the clock stay: spans (UTC), and how the start was
    found when the new clock skips its reading or shows it twice."""

    session_id: int
    was: tuple[datetime, datetime]
    becomes: tuple[datetime, datetime]
    resolution: Resolution = Resolution.EXACT


@dataclass(frozen=True, slots=True)
class Conflicts:
    """Why the times on the clock cannot stay: sessions that would meet, and those that would have
    begun already."""

    pairs: tuple[tuple[int, int], ...] = ()
    begun: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.pairs or self.begun)


def sessions_ahead(*, clock: Clock, now: datetime) -> QuerySet[Session]:
    """The sessions by this clock that have not begun, in order of their keys. What another
    calendar told is a moment, whatever clock hangs here."""
    rows = Session.objects.filter(clock.rows(), state__in=AHEAD, starts_at__gt=now)
    return rows.exclude(kind=Session.Kind.EXTERNAL).order_by("pk")


def find_shifts(*, sessions: Sequence[Session], clock: Clock, name: str) -> dict[int, Shift]:
    """Where these sessions go, by their keys, when the clock gets the zone of this name and they
    stay at the same reading; they last as long as before."""
    old, new = clock.zone, clock.zone_with(name)
    shifts = {}
    for session in sessions:
        found = same_reading(int(session.starts_at.timestamp()), old=old, new=new)
        start = datetime.fromtimestamp(found.instant, UTC)
        shifts[session.pk] = Shift(
            session.pk,
            (session.starts_at, session.ends_at),
            (start, start + (session.ends_at - session.starts_at)),
            found.resolution,
        )
    return shifts


def find_conflicts(
    *, shifts: Collection[Shift], going: Collection[int], now: datetime
) -> Conflicts:
    """What would be in the way of these shifts. Holds that ran out, and sessions that give their
    time back (going), are in nobody's way. Two queries."""
    moving = {it.session_id: it for it in shifts if it.was != it.becomes}
    if not moving:
        return Conflicts()
    begun = tuple(sorted(pk for pk, it in moving.items() if it.becomes[0] <= now))
    rows = [_moving(row, moving) for row in _near(moving, going=going, now=now)]
    return Conflicts(tuple(find_conflicting_pairs(rows)), begun)


def _near(
    moving: dict[int, Shift], *, going: Collection[int], now: datetime
) -> QuerySet[Occupancy]:
    """All that occupies the same resources from the first moment that is touched to the last."""
    spans = [span for it in moving.values() for span in (it.was, it.becomes)]
    mine = Occupancy.objects.filter(session_id__in=moving)
    return (
        Occupancy.objects.live(now)
        .filter(
            resource_id__in=set(mine.values_list("resource_id", flat=True)),
            starts_at__lt=max(end for _start, end in spans) + LONGEST_BUFFER,
            ends_at__gt=min(start for start, _end in spans) - LONGEST_BUFFER,
        )
        .exclude(session_id__in=set(going))
    )


def _moving(row: Occupancy, moving: dict[int, Shift]) -> Moving:
    was = (int(row.starts_at.timestamp()), int(row.ends_at.timestamp()))
    shift = moving.get(row.session_id)
    by = int((shift.becomes[0] - shift.was[0]).total_seconds()) if shift else 0
    return Moving(row.resource_id, row.session_id, was, (was[0] + by, was[1] + by))
