"""The agenda: who is booked when, for a day or a week, by person. Bookings of one person that
overlap stand beside each other, never on top."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from apps.bookings.models import Booking
from apps.dashboard.access import Access
from apps.dashboard.classes.queries.timetable import list_session_rows_on, merged
from apps.dashboard.frame.queries.rota import Rota, load_rota
from apps.dashboard.frame.queries.rows import LIVE, BookingRow, list_bookings_on, rows_of_day
from apps.kernel.spans import Span


@dataclass(frozen=True, slots=True)
class Placed:
    """A booking with its first column (from 1) and how many of the twelve it is wide."""

    row: BookingRow
    column: int
    width: int


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


COLUMNS = 12
"""Of the grid of a lane: whole, halves, thirds, quarters, sixths."""


def place_side_by_side(rows: Sequence[BookingRow]) -> tuple[Placed, ...]:
    """Give each booking its columns; rows are in order of their start.

    Everybody in a cluster of overlapping bookings gets the same width. Beyond twelve at once the
    last column is shared, which keeps them readable in the list that phones and readers get.
    """
    return tuple(placed for cluster in _clusters(rows) for placed in _columns(cluster))


def _clusters(rows: Sequence[BookingRow]) -> Iterator[list[BookingRow]]:
    cluster: list[BookingRow] = []
    for row in rows:
        if cluster and row.starts_at >= max(it.ends_at for it in cluster):
            yield cluster
            cluster = []
        cluster.append(row)
    if cluster:
        yield cluster


def _columns(cluster: Sequence[BookingRow]) -> Iterator[Placed]:
    """First fit: each booking takes the first column that is free again."""
    taken: list[BookingRow] = []
    places = []
    for row in cluster:
        free = (at for at, last in enumerate(taken) if last.ends_at <= row.starts_at)
        at = next(free, len(taken))
        taken[at : at + 1] = [row]
        places.append(at)
    width = max(1, COLUMNS // len(taken))
    for row, at in zip(cluster, places, strict=True):
        yield Placed(row, column=min(at * width, COLUMNS - width) + 1, width=width)
