"""Which dates a series falls on, before any clock is asked, and the same wall time on other dates:
series, courses, and promises after a change of rules (rule T5). Pure."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import WEEKLY, rrule

from apps.availability.engine.zones import (
    EPOCH,
    Resolution,
    compatible,
    on_same_wall_time,
    wall_of,
)
from apps.kernel.refusals import Refusal

MAX_DATES = 500
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FOREVER = timedelta(days=366 * 5)


class NoEnd(Refusal):
    """A series needs a last date or a number of sessions."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class TooManyDates(Refusal):
    """A series has at most 500 dates."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class NoDates(Refusal):
    """No date is left: none of the weekdays lies in the span, or all of them are closed."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True, slots=True)
class SeriesRule:
    """The same wall time on some weekdays (0 is Monday), every so many weeks from a date on.

    It ends with until_on (included) or after count sessions, whichever is given. Minutes count
    after local midnight; lengths are elapsed minutes (rules T3, T5).
    """

    first_on: date
    weekdays: tuple[int, ...]
    starts_minute: int
    duration_minutes: int
    every_weeks: int = 1
    until_on: date | None = None
    count: int | None = None

    @property
    def at(self) -> time:
        return time(self.starts_minute // 60, self.starts_minute % 60)

    def as_rrule(self) -> str:
        """The rule in the words of RFC 5545, as it is stored: ``FREQ=WEEKLY;COUNT=8;BYDAY=TU``."""
        text = str(self.rule())
        return text.rsplit("RRULE:", maxsplit=1)[-1].strip()

    def ending_before(self, on: date) -> "SeriesRule":
        """The same rule with its last date before ``on``: what is left of a series that was cut."""
        return replace(self, until_on=on - timedelta(days=1), count=None)

    def rule(self) -> rrule:
        """The rule as dateutil counts it, on naive local midnights."""
        until = datetime.combine(self.until_on, time.max) if self.until_on else None
        return rrule(
            WEEKLY,
            dtstart=datetime.combine(self.first_on, time.min),
            interval=self.every_weeks,
            byweekday=sorted(set(self.weekdays)),
            until=until,
            count=None if until else self.count,
        )


def read_rule(
    text: str, *, first_on: date, starts_minute: int, duration_minutes: int
) -> SeriesRule:
    """Read a stored rule back; the reverse of ``as_rrule``."""
    parts = dict(part.split("=", maxsplit=1) for part in text.split(";"))
    until = parts.get("UNTIL")
    return SeriesRule(
        first_on=first_on,
        weekdays=tuple(WEEKDAYS.index(name) for name in parts["BYDAY"].split(",")),
        starts_minute=starts_minute,
        duration_minutes=duration_minutes,
        every_weeks=int(parts.get("INTERVAL", 1)),
        until_on=date.fromisoformat(until[:8]) if until else None,
        count=int(parts["COUNT"]) if "COUNT" in parts else None,
    )


def series_dates(rule: SeriesRule, *, closed: Container[date] = ()) -> list[date]:
    """List the dates of a series without those that are closed, at most 500.

    A count counts sessions that take place: a closed date moves the end on, so that a course of
    eight has eight.

    Raises:
        NoEnd: neither a last date nor a count is given.
        TooManyDates: there would be more than 500.
        NoDates: there is none.
    """
    if rule.until_on is None and rule.count is None:
        raise NoEnd
    if rule.count is not None and rule.count > MAX_DATES:
        raise TooManyDates
    endless = replace(rule, count=None, until_on=rule.until_on or rule.first_on + FOREVER)
    open_dates = (at.date() for at in endless.rule() if at.date() not in closed)
    found = list(islice(open_dates, rule.count or MAX_DATES + 1))
    if len(found) > MAX_DATES:
        raise TooManyDates
    if not found:
        raise NoDates
    return found


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One meeting of a series: instants, and how its start was found (rule T5)."""

    start: int
    end: int
    resolution: Resolution


@dataclass(frozen=True, slots=True)
class Drift:
    """A promise the rules moved away from: where it should be, and what the clock reads now."""

    promised: int
    reads_now: int


def weekly_dates(*, first: date, count: int, every: int = 1) -> list[date]:
    """``count`` dates, ``every`` weeks apart, from ``first`` on."""
    return [first + timedelta(weeks=every * turn) for turn in range(count)]


def occurrences(
    *, zone: ZoneInfo, dates: Iterable[date], at: time, duration: int
) -> list[Occurrence]:
    """Meetings at wall time ``at`` of a zone, each lasting ``duration`` elapsed seconds (rules T3,
    T5).

    A skipped wall time moves forward by the gap instead of vanishing: a sold session is never
    dropped, though RFC 5545 would.
    """
    found = [on_same_wall_time(zone=zone, on=on, at=at) for on in dates]
    return [Occurrence(it.instant, it.instant + duration, it.resolution) for it in found]


def drift_of(*, zone: ZoneInfo, promised: datetime, stored: int) -> Drift | None:
    """Whether a stored instant still reads the promised (naive) wall time under today's rules.

    None when it does, also when the wall is read twice and the stored instant is the second one.
    A drift is shown to owner and customer and moved with their knowledge, never in silence
    (rule T7).
    """
    wall = int((promised - EPOCH).total_seconds())
    reads_now = wall_of(zone, stored)
    if reads_now == wall:
        return None
    return Drift(promised=compatible(zone, wall).instant, reads_now=reads_now)
