"""Today in one screen: figures, what needs the owner, and the lines of the day: bookings around
now, now itself, and the next free stretch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apps.bookings.models import Booking
from apps.bookings.queries.minimum import progress_of_days
from apps.bookings.queries.requests import by_age
from apps.dashboard.access import Access
from apps.dashboard.bookings.queries.actions import UndoCard, find_undoable
from apps.dashboard.classes.queries.timetable import list_session_rows_on, merged
from apps.dashboard.frame.queries.fits import find_fits
from apps.dashboard.frame.queries.frame import Frame
from apps.dashboard.frame.queries.rota import Rota, load_rota
from apps.dashboard.frame.queries.rows import (
    BookingRow,
    dates_of,
    list_bookings_on,
    local_date_of,
    rows_of_day,
)
from apps.dashboard.requests.queries.cards import RequestCard, request_card, requests_of
from apps.dashboard.roles import Right
from apps.kernel.money import Money

MAX_CARDS = 5
SHORTEST_GAP = 30 * 60
"""Seconds; shorter gaps are not worth a line."""


@dataclass(frozen=True, slots=True)
class Gap:
    """The next free stretch of somebody who works today."""

    starts_at: datetime
    minutes: int
    staff_name: str


@dataclass(frozen=True, slots=True)
class Needs:
    """Cards in the order shown; waiting are all requests, hidden those that only the inbox shows,
    conflicts the questions about money and overlaps, moves those of customers who ask to move."""

    cards: tuple[RequestCard | UndoCard, ...]
    waiting: int
    conflicts: int
    moves: int
    following: BookingRow | None

    @property
    def hidden(self) -> int:
        return self.waiting - sum(card.kind == "request" for card in self.cards)


@dataclass(frozen=True, slots=True)
class DayFigures:
    """worth is None for people who see no money."""

    booked: int
    left: int
    gap: Gap | None
    worth: Money | None
    tomorrow: BookingRow | None


@dataclass(frozen=True, slots=True)
class Today:
    figures: DayFigures
    needs: Needs
    rows: tuple[BookingRow, ...]


def get_today(*, access: Access, frame: Frame, now: datetime) -> Today:
    """Load everything that Today shows; the number of queries does not depend on the rows."""
    today = local_date_of(now, access.business.zone)
    tomorrow = today + timedelta(days=1)
    visits = list_bookings_on(access=access, first=today, last=tomorrow)
    rows = merged(visits, list_session_rows_on(access=access, first=today, last=tomorrow))
    asked = list(requests_of(access)[:MAX_CARDS])
    rota = load_rota(business=access.business, dates=[today, *dates_of(asked, access)], now=now)
    zone = access.business.zone
    todays = rows_of_day(rows, on=today, zone=zone)
    following = [row for row in rows if local_date_of(row.starts_at, zone) == tomorrow]
    return Today(
        figures=_figures(access, todays, following, rota=rota, now=now),
        needs=_needs(access, asked, rota=rota, rows=todays, frame=frame, now=now),
        rows=todays,
    )


def _needs(
    access: Access,
    asked: Sequence[Booking],
    *,
    rota: Rota,
    rows: Sequence[BookingRow],
    frame: Frame,
    now: datetime,
) -> Needs:
    fits = find_fits(bookings=asked, rota=rota)
    oldest, days = min(asked, key=by_age, default=None), progress_of_days(asked, now=now)
    requests = [
        request_card(
            booking,
            access=access,
            fit=fits[booking.pk],
            now=now,
            is_oldest=booking is oldest,
            progress=days.get(booking.pk),
        )
        for booking in asked
    ]
    undoable = [card for _booking, card in find_undoable(access=access, now=now)]
    following = next((row for row in rows if row.starts_at > now), None)
    return Needs((*undoable, *requests), frame.requests, frame.conflicts, frame.moves, following)


def _figures(
    access: Access,
    rows: Sequence[BookingRow],
    tomorrow: Sequence[BookingRow],
    *,
    rota: Rota,
    now: datetime,
) -> DayFigures:
    rows = [row for row in rows if row.since_at is None]  # counted on its first day
    confirmed = [row for row in rows if row.status == Booking.Status.CONFIRMED]
    worth = Money(sum(row.price or 0 for row in confirmed), access.business.currency)
    return DayFigures(
        booked=len(rows),
        left=sum(row.starts_at > now for row in rows),
        gap=_next_gap(access, rota, now=now),
        worth=worth if access.may(Right.SEE_MONEY) else None,
        tomorrow=tomorrow[0] if tomorrow else None,
    )


def _next_gap(access: Access, rota: Rota, *, now: datetime) -> Gap | None:
    at, today = int(now.timestamp()), local_date_of(now, rota.zone)
    ahead = [
        (max(low, at), high, person.rank, person.name)
        for person in rota.team.values()
        if person.is_staff and access.sees(person.resource_id)
        for low, high in rota.free_spans(person.resource_id, today)
        if high - max(low, at) >= SHORTEST_GAP
    ]
    if not ahead:
        return None
    start, end, _rank, name = min(ahead)
    return Gap(datetime.fromtimestamp(start, UTC), (end - start) // 60, name)


MAX_PAST = 3
MAX_AHEAD = 9


@dataclass(frozen=True, slots=True)
class DayLine:
    """kind is booking, now, free, earlier or later; the other fields follow from it.

    An earlier or later line stands for count bookings between starts_at and ends_at.
    """

    kind: str
    starts_at: datetime
    minutes: int = 0
    row: BookingRow | None = None
    staff_name: str = ""
    is_past: bool = False
    is_here: bool = False
    count: int = 0
    ends_at: datetime | None = None


def lines_of_day(
    rows: Sequence[BookingRow],
    *,
    free: tuple[datetime, int, str] | None,
    now: datetime,
) -> tuple[DayLine, ...]:
    """Choose the lines around now: who is done (the last few), who is there, who comes next.

    free is the start, the minutes and the person of the next gap. Rows are in time order.
    """
    if not rows and free is None:
        return ()
    past = [row for row in rows if row.ends_at <= now]
    here = [row for row in rows if row.starts_at <= now < row.ends_at]
    ahead = [row for row in rows if row.starts_at > now]
    shown = [*past[-MAX_PAST:], *here]
    lines = [_earlier(past[:-MAX_PAST])] if past[:-MAX_PAST] else []
    lines += [_booking_line(row, now=now) for row in sorted(shown, key=lambda row: row.starts_at)]
    lines.append(DayLine("now", now))
    lines += _coming(ahead[:MAX_AHEAD], free, now=now)
    if ahead[MAX_AHEAD:]:
        lines.append(_later(ahead[MAX_AHEAD:]))
    return tuple(lines)


def _coming(
    rows: Sequence[BookingRow], free: tuple[datetime, int, str] | None, *, now: datetime
) -> list[DayLine]:
    lines = [_booking_line(row, now=now) for row in rows]
    if free is not None:
        starts_at, minutes, staff_name = free
        lines.append(DayLine("free", starts_at, minutes, staff_name=staff_name))
    return sorted(lines, key=lambda line: line.starts_at)


def _booking_line(row: BookingRow, *, now: datetime) -> DayLine:
    return DayLine(
        "booking",
        row.starts_at,
        row.minutes,
        row=row,
        staff_name=row.staff_name,
        is_past=row.ends_at <= now,
        is_here=row.starts_at <= now < row.ends_at,
    )


def _earlier(rows: Sequence[BookingRow]) -> DayLine:
    return DayLine("earlier", rows[0].starts_at, count=len(rows))


def _later(rows: Sequence[BookingRow]) -> DayLine:
    last = max(row.ends_at for row in rows)
    return DayLine("later", rows[0].starts_at, count=len(rows), ends_at=last)
