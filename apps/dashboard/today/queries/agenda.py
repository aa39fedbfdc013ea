"""The agenda: who is booked when, for a day or a week, by person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from apps.bookings.models import Booking
from apps.dashboard.access import Access
from apps.dashboard.classes.queries.sessions import list_session_rows_on, merged
from apps.dashboard.frame.queries.rota import Rota, load_rota
from apps.dashboard.frame.queries.rows import LIVE, BookingRow, list_bookings_on, rows_of_day
from apps.dashboard.frame.queries.side_by_side import Placed, place_side_by_side
from apps.kernel.spans import Span

NOBODY = 0
"""The lane of bookings whose person is gone or that need nobody."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for; empty means everything. first and last are inclusive."""

    first: date
    last: date
    resource_id: int | None = None
    statuses: tuple[str, ...] = LIVE


@dataclass(frozen=True, slots=True)
class Hours:
    """Working time within one date; none when both are None. Breaks lie between.

    shift is the time that begins on the date, also when it ends past midnight.
    """

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    breaks: tuple[Span, ...] = ()
    shift: Span | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One person on one date."""

    on: date
    hours: Hours
    rows: tuple[BookingRow, ...]

    @property
    def placed(self) -> tuple[Placed, ...]:
        """The bookings with their columns, for a day that is drawn to scale."""
        return place_side_by_side(self.rows)


@dataclass(frozen=True, slots=True)
class Lane:
    resource_id: int
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One person to filter by."""

    resource_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Agenda:
    dates: tuple[date, ...]
    lanes: tuple[Lane, ...]
    people: tuple[Choice, ...]

    @property
    def legend(self) -> tuple[tuple[str, str], ...]:
        """The hues in use with the category they stand for, each once."""
        rows = [row for lane in self.lanes for cell in lane.cells for row in cell.rows]
        return tuple(sorted({row.hue: row.category for row in rows if row.category}.items()))

    @property
    def count(self) -> int:
        rows = [row for lane in self.lanes for cell in lane.cells for row in cell.rows]
        return len({(row.reference, row.session_id) for row in rows})


def get_agenda(*, access: Access, filters: Filters, now: datetime) -> Agenda:
    """Load lanes of people with their hours and bookings; eight queries for any dates."""
    days = (filters.last - filters.first).days
    dates = tuple(filters.first + timedelta(days=n) for n in range(days + 1))
    rota = load_rota(business=access.business, dates=dates, now=now)
    rows = list_bookings_on(
        access=access, first=filters.first, last=filters.last, statuses=filters.statuses
    )
    if Booking.Status.CONFIRMED in filters.statuses:
        classes = list_session_rows_on(access=access, first=filters.first, last=filters.last)
        rows = merged(rows, classes)
    people = tuple(
        Choice(person.resource_id, person.name)
        for person in rota.team.values()
        if person.is_staff and access.sees(person.resource_id)
    )
    shown = [it for it in people if filters.resource_id in (None, it.resource_id)]
    lanes = [_lane(rota, it, dates, rows) for it in shown]
    if filters.resource_id is None:
        lanes += _strays(rota, people, dates, rows)
    return Agenda(dates, tuple(lanes), people)


def _lane(rota: Rota, who: Choice, dates: Sequence[date], rows: Sequence[BookingRow]) -> Lane:
    own = [row for row in rows if row.resource_id == who.resource_id]
    cells = (Cell(on, _hours(rota, who.resource_id, on), _rows_on(own, on, rota)) for on in dates)
    return Lane(who.resource_id, who.name, tuple(cells))


def _strays(
    rota: Rota, people: Sequence[Choice], dates: Sequence[date], rows: Sequence[BookingRow]
) -> list[Lane]:
    known = {it.resource_id for it in people}
    left = [row for row in rows if row.resource_id not in known]
    if not left:
        return []
    cells = (Cell(on, Hours(), _rows_on(left, on, rota)) for on in dates)
    return [Lane(NOBODY, "", tuple(cells))]


def _rows_on(rows: Sequence[BookingRow], on: date, rota: Rota) -> tuple[BookingRow, ...]:
    return rows_of_day(rows, on=on, zone=rota.zone)


def _hours(rota: Rota, resource_id: int, on: date) -> Hours:
    spans = rota.open_spans(resource_id, on)
    if not spans:
        return Hours()
    opened = [Span.from_seconds(span) for span in spans]
    breaks = tuple(Span(before.end, after.start) for before, after in pairwise(opened))
    shift = rota.shift(resource_id, on)
    begun = Span.from_seconds(shift) if shift else None
    return Hours(opened[0].start, opened[-1].end, breaks, begun)
