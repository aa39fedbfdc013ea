"""What another zone of a place would touch: everything ahead that was promised by its clock."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from apps.availability.engine.rezoning import Keep
from apps.availability.engine.zones import Resolution
from apps.availability.models import DecidedDay, Session
from apps.availability.queries.rezoning import (
    Conflicts,
    Shift,
    find_conflicts,
    find_shifts,
    sessions_ahead,
)
from apps.bookings.models import Booking, SuggestedTime, WaitlistEntry, reading_of
from apps.bookings.queries.joinables import open_wish
from apps.bookings.wishes import Wish, wanted_span
from apps.businesses.models import Clock
from apps.catalog.models import Service

Span = tuple[datetime, datetime]
LIVE = (Booking.Status.PENDING, Booking.Status.CONFIRMED, Booking.Status.WAITING_LIST)
COUNT = (Booking.Status.PENDING, Booking.Status.CONFIRMED)
ON_THE_WAY = Booking.Status.CREATED
NEEDED = ("business", "service", "location", "session", "course_run", "customer", "waiting")


@dataclass(frozen=True, slots=True)
class Touched:
    """Rows ahead by one clock, and where its sessions go when the times on it stay.

    zone_before is the zone that the clock had when this was read. drafts are of people who are
    booking right now. wishes are the days and hours that somebody waits for, by the key of their
    booking: they are told by the clock, like hours of opening.
    """

    clock: Clock
    name: str
    zone_before: ZoneInfo
    bookings: tuple[Booking, ...] = ()
    drafts: tuple[Booking, ...] = ()
    wishes: Mapping[int, Wish] = field(default_factory=dict)
    sessions: tuple[Session, ...] = ()
    suggested: tuple[SuggestedTime, ...] = ()
    shifts: Mapping[int, Shift] = field(default_factory=dict)
    conflicts: Conflicts = field(default_factory=Conflicts)

    @property
    def zone(self) -> ZoneInfo:
        """The new zone."""
        return self.clock.zone_with(self.name)

    @property
    def skipped(self) -> tuple[Shift, ...]:
        """Sessions whose reading the new clock skips: they would move forward by the gap."""
        shifts = self.shifts.values()
        return tuple(it for it in shifts if it.resolution is Resolution.SHIFTED_FORWARD)

    @property
    def doubled(self) -> tuple[Shift, ...]:
        """Sessions whose reading the new clock shows twice: the first would count."""
        shifts = self.shifts.values()
        return tuple(it for it in shifts if it.resolution is Resolution.FIRST_OF_TWO)

    @property
    def seal(self) -> str:
        """What was listed, in few letters: another one when anything ahead was booked, moved or
        cancelled, has begun, or the clock itself was changed."""
        told = [
            (self.clock.zone.key, self.clock.business.time_zone),
            *(("B", it.pk, it.revision) for it in self.bookings),
            *(("S", it.pk, it.revision, it.starts_at.isoformat()) for it in self.sessions),
            *(("T", it.pk) for it in self.suggested),
        ]
        return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def bookings_ahead(*, clock: Clock, now: datetime) -> QuerySet[Booking]:
    """Drafts and live bookings by this clock that have not begun, in order of their keys: of a
    course as long as a date is ahead, of a wish as long as a day is."""
    goes_on = Q(kind="COURSE", ends_at__gt=now) | Q(
        status=Booking.Status.WAITING_LIST, ends_at__gt=now
    )
    rows = Booking.objects.filter(clock.rows(), status__in=(ON_THE_WAY, *LIVE))
    return rows.filter(Q(starts_at__gt=now) | goes_on).order_by("pk")


def find_touched(*, clock: Clock, name: str, now: datetime) -> Touched:
    """Read all that another zone would touch, as it is now, in a constant number of queries.

    name is the new zone, "" for a place that is to follow its business.
    """
    rows = list(bookings_ahead(clock=clock, now=now).select_related(*NEEDED))
    bookings = tuple(it for it in rows if it.status != ON_THE_WAY)
    drafts = tuple(it for it in rows if it.status == ON_THE_WAY)
    wishes = {it.pk: wish for it in bookings if (wish := _wish_of(it)) is not None}
    besides = {it.session_id for it in rows if it.pk in wishes or _gives_back(it)}
    ahead = sessions_ahead(clock=clock, now=now).select_related("service", "series")
    sessions = tuple(it for it in ahead if it.pk not in besides)
    shifts = find_shifts(sessions=sessions, clock=clock, name=name)
    going = {it.session_id for it in drafts if it.session_id and _gives_back(it)}
    return Touched(
        clock=clock,
        name=name,
        zone_before=clock.zone,
        bookings=bookings,
        drafts=drafts,
        wishes=wishes,
        sessions=sessions,
        suggested=tuple(suggested_ahead(clock=clock, now=now)),
        shifts=shifts,
        conflicts=find_conflicts(shifts=shifts.values(), going=going, now=now),
    )


def columns_after(
    booking: Booking, touched: Touched, keep: Keep, *, now: datetime
) -> dict[str, Any]:
    """What changes in a row that is touched, by its columns; nothing where the new clock is the one
    it was told by and it stays where it is. No query."""
    new = touched.zone
    starts_at, ends_at = _span_after(booking, touched, keep, now=now)
    columns: dict[str, Any] = {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "wall_time": reading_of(starts_at, new),
    }
    if not booking.as_booked.is_online:
        columns["time_zone"] = new.key
    if booking.answer_by is not None and now < starts_at < booking.answer_by:
        columns["answer_by"] = starts_at
    is_same = all(getattr(booking, name) == value for name, value in columns.items())
    return {} if is_same else columns


def _span_after(booking: Booking, touched: Touched, keep: Keep, *, now: datetime) -> Span:
    """Days and hours that somebody waits for stay on the clock. Anything else goes with its
    session, or to the first and the last date of its course; what has begun of a course stays."""
    stays = (booking.starts_at, booking.ends_at)
    if booking.pk in touched.wishes:
        return wanted_span(touched.wishes[booking.pk], zone=touched.zone)
    if keep is Keep.MOMENT:
        return stays
    if booking.session_id is not None:
        shift = touched.shifts.get(booking.session_id)
        return shift.becomes if shift else stays
    first, last = _run_after(booking, touched, now=now)
    return (first if booking.starts_at > now else booking.starts_at, last)


def _run_after(booking: Booking, touched: Touched, *, now: datetime) -> Span:
    """From the first to the last date of the course that a booking is for."""
    run = booking.course_run
    ahead = [
        touched.shifts[it.pk].becomes
        for it in touched.sessions
        if it.course_run_id == booking.course_run_id and it.state == Session.State.SCHEDULED
    ]
    if run is None or not ahead:
        return (booking.starts_at, booking.ends_at)
    begins = min(start for start, _end in ahead)
    return (begins if run.starts_at > now else run.starts_at, max(end for _start, end in ahead))


def decided_days_after(touched: Touched) -> Mapping[int, Collection[date]]:
    """Of which dates the word of the team is given, by the keys of the days of which it was, where
    the moments stay and the clock reads otherwise: it goes with the people of that day. A day of
    which nobody is left, or which they stay on, is not among them. One query."""
    days = DecidedDay.objects.filter(touched.clock.rows())
    known = {(it.service_id, it.location_id, it.on): it.pk for it in days}
    found: dict[int, set[date]] = defaultdict(set)
    for booking in touched.bookings:
        was, on = (
            booking.starts_at.astimezone(zone).date()
            for zone in (touched.zone_before, touched.zone)
        )
        key = known.get((booking.service_id, booking.location_id, was))
        if key is not None and booking.kind == Service.Kind.APPOINTMENT and booking.status in COUNT:
            found[key].add(on)
    dates = {pk: on for (_service, _place, on), pk in known.items()}
    return {pk: on for pk, on in found.items() if on != {dates[pk]}}


def _gives_back(booking: Booking) -> bool:
    """A draft of an appointment: its time is its own, and is asked for again."""
    return booking.status == ON_THE_WAY and booking.seating_id is None


def _wish_of(booking: Booking) -> Wish | None:
    entry: WaitlistEntry | None = getattr(booking, "waiting", None)
    if booking.status != Booking.Status.WAITING_LIST or entry is None:
        return None
    return open_wish(entry)


def suggested_ahead(*, clock: Clock, now: datetime) -> QuerySet[SuggestedTime]:
    """Times by this clock that were suggested to somebody declined, in order of their keys."""
    rows = SuggestedTime.objects.filter(
        clock.rows("booking__"), starts_at__gt=now, booking__status=Booking.Status.DECLINED
    )
    return rows.select_related("booking").order_by("pk")
