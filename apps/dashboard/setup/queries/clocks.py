"""What another zone would do to each thing ahead, in words; and the places with their clocks."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from apps.availability.engine.rezoning import Keep, same_reading
from apps.availability.engine.zones import Resolution
from apps.availability.models import DateException, Session, SessionSeries, WeeklyHours
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations import line_of_history
from apps.bookings.queries.rezoning import Touched, columns_after
from apps.bookings.queries.stub import full_title
from apps.businesses.models import Business, Clock, Location
from apps.businesses.queries import list_places
from apps.checkout.queries.promotions import count_last_days
from apps.dashboard.frame.queries.rows import customer_name
from apps.messages.operations.fan_out import is_told
from apps.web.formatting import format_datetime, zone_label

MAX_LINES = 20


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One thing ahead: how its time reads now, and by the new clock under either choice. note says
    what the new clock does with its reading; reference and session_id lead to its page."""

    what: str
    whose: str
    now: str
    by_clock: str
    by_moment: str
    note: str = ""
    reference: str = ""
    session_id: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of things ahead: all are counted, the first are listed."""

    ident: str
    title: str
    count: int
    lines: tuple[ClockLine, ...]

    @property
    def more(self) -> int:
        return self.count - len(self.lines)


@dataclass(frozen=True, slots=True)
class InTheWay:
    """Why the times on the clock cannot stay: this one would meet the other, or ("" for it) would
    have begun already."""

    what: str
    other: str


@dataclass(frozen=True, slots=True)
class OnTheClock:
    """What is told by the clock and stays on it under either choice."""

    hours: int
    dates: int
    wishes: int
    series: int
    last_days: int

    def __bool__(self) -> bool:
        return any((self.hours, self.dates, self.wishes, self.series, self.last_days))


@dataclass(frozen=True, slots=True)
class ClockPreview:
    """The whole list before a zone is changed. told counts the e-mails that go to customers by
    either choice; drafts are people who are booking right now."""

    old_words: str
    new_words: str
    parts: tuple[Part, ...]
    told_by_clock: int
    told_by_moment: int
    drafts: int
    skipped: int
    doubled: int
    conflicts: tuple[InTheWay, ...]
    more_conflicts: int
    stays: OnTheClock
    seal: str
    example: ClockLine | None

    @property
    def is_empty(self) -> bool:
        return not any(part.count for part in self.parts)


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A clock that can be changed: of the business (no location), or of a location."""

    location: Location | None
    name: str
    zone: ZoneInfo
    zone_words: str
    follows: bool


def list_clocks(*, business: Business) -> list[PlaceRow]:
    """List the business and its locations with the clock of each; one query."""
    rows = [_place(Clock(business), business.name)]
    return rows + [_place(Clock(business, it), it.name) for it in list_places(business=business)]


def _place(clock: Clock, name: str) -> PlaceRow:
    follows = clock.location is not None and not clock.location.time_zone
    words = zone_label(clock.zone.key, locale=clock.business.locale)
    return PlaceRow(clock.location, name, clock.zone, words, follows)


def preview_clock(*, touched: Touched, now: datetime) -> ClockPreview:
    """Word what another zone would touch; the number of queries does not depend on the rows."""
    teller = _Teller(touched)
    conflicts = _conflicts(touched, teller)
    parts = tuple(_parts(touched, teller))
    return ClockPreview(
        old_words=zone_label(touched.clock.zone.key, locale=teller.locale),
        new_words=zone_label(touched.zone.key, locale=teller.locale),
        parts=parts,
        told_by_clock=_count_mails(touched, Keep.CLOCK, now=now),
        told_by_moment=_count_mails(touched, Keep.MOMENT, now=now),
        drafts=len(touched.drafts),
        skipped=len(touched.skipped),
        doubled=len(touched.doubled),
        conflicts=tuple(conflicts[:MAX_LINES]),
        more_conflicts=max(0, len(conflicts) - MAX_LINES),
        stays=_stays(touched, now=now),
        seal=touched.seal,
        example=next((line for part in parts for line in part.lines), None),
    )


class _Teller:
    """Words of times by the clock of today and by the new one."""

    def __init__(self, touched: Touched) -> None:
        self.locale = touched.clock.business.locale
        self.old, self.new = touched.clock.zone, touched.zone
        self.names = {it.session_id: it for it in touched.bookings if it.kind == "APPOINTMENT"}

    def line(self, at: datetime, what: str, whose: str = "", **leads: object) -> ClockLine:
        found = same_reading(int(at.timestamp()), old=self.old, new=self.new)
        becomes = datetime.fromtimestamp(found.instant, self.new)
        return ClockLine(
            what=what,
            whose=whose,
            now=self.tell(at, self.old),
            by_clock=self.tell(becomes, self.new),
            by_moment=self.tell(at, self.new),
            note=_note(found.resolution),
            **leads,  # type: ignore[arg-type]
        )

    def tell(self, at: datetime, zone: ZoneInfo) -> str:
        return format_datetime(at, zone=zone, locale=self.locale)


def _note(found: Resolution) -> str:
    if found is Resolution.SHIFTED_FORWARD:
        return _("The new clock skips this time on that day.")
    if found is Resolution.FIRST_OF_TWO:
        return _("The new clock shows this time twice on that day: the first counts.")
    return ""


def _parts(touched: Touched, teller: _Teller) -> Iterable[Part]:
    waiting = [it for it in touched.bookings if it.status == Booking.Status.WAITING_LIST]
    booked = [it for it in touched.bookings if it.status != Booking.Status.WAITING_LIST]
    waiting = [it for it in waiting if it.pk not in touched.wishes]
    classes = [it for it in touched.sessions if it.kind in {"CLASS", "COURSE"}]
    blocked = [it for it in touched.sessions if it.kind == Session.Kind.BLOCKED]

    def told_of(booking: Booking) -> ClockLine:
        return teller.line(
            booking.starts_at,
            full_title(booking),
            customer_name(booking),
            reference=booking.reference,
        )

    def told_of_class(session: Session) -> ClockLine:
        name = session.service.name if session.service else ""
        is_class = session.kind == Session.Kind.CLASS
        return teller.line(session.starts_at, name, session_id=session.pk if is_class else None)

    yield _part("bookings", _("Bookings and requests"), booked, told_of)
    yield _part("classes", _("Classes and dates of courses"), classes, told_of_class)
    yield _part("waiting", _("On the waitlist, or offered a place or a time"), waiting, told_of)
    yield _part(
        "blocked",
        _("Time off"),
        blocked,
        lambda it: teller.line(it.starts_at, it.note or _("Blocked time")),
    )
    yield _part(
        "suggested",
        _("Suggested times"),
        touched.suggested,
        lambda it: teller.line(
            it.starts_at, it.booking.title, it.booking.contact_name, reference=it.booking.reference
        ),
    )


def _part(ident: str, title: str, rows: Sequence[object], tell: Callable[..., ClockLine]) -> Part:
    first = sorted(rows, key=lambda it: (it.starts_at, it.pk))[:MAX_LINES]  # type: ignore[attr-defined]
    return Part(ident, title, len(rows), tuple(tell(it) for it in first))


def _count_mails(touched: Touched, keep: Keep, *, now: datetime) -> int:
    """How many e-mails go to customers by this choice: the same rule as when it is made."""
    return sum(_is_told(it, touched, keep, now=now) for it in touched.bookings)


def _is_told(booking: Booking, touched: Touched, keep: Keep, *, now: datetime) -> bool:
    columns = columns_after(booking, touched, keep, now=now)
    action = BookingEvent.Action.REZONED
    return bool(columns) and is_told(
        line_of_history(booking=booking, action=action, columns=columns)
    )


def _conflicts(touched: Touched, teller: _Teller) -> list[InTheWay]:
    """In words, in the order of time; one query for what is not in the list itself."""
    pairs, begun = touched.conflicts.pairs, touched.conflicts.begun
    wanted = {pk for pair in pairs for pk in pair} | set(begun)
    rows = Session.objects.filter(pk__in=wanted).select_related("service")
    known = {it.pk: it for it in rows}
    people = Booking.objects.filter(session_id__in=wanted, kind="APPOINTMENT")
    names = {it.session_id: customer_name(it) for it in people.select_related("customer")}

    def tell(pk: int) -> str:
        session = known[pk]
        what = session.service.name if session.service else session.note or _("Blocked time")
        parts = (names.get(pk, ""), what, teller.tell(session.starts_at, teller.old))
        return ", ".join(it for it in parts if it)

    met = [InTheWay(tell(one), tell(other)) for one, other in pairs]
    return met + [InTheWay(tell(pk), "") for pk in begun]


def _stays(touched: Touched, *, now: datetime) -> OnTheClock:
    """Hours belong to the business, and those of one location to it alone; six queries at most."""
    clock = touched.clock
    hours = WeeklyHours.objects.filter(schedule__business=clock.business)
    today = now.astimezone(clock.zone).date()
    dates = DateException.objects.filter(schedule__business=clock.business, on__gte=today)
    if clock.location is not None:
        hours = hours.filter(location=clock.location)
        dates = dates.filter(location=clock.location)
    ahead = Session.objects.filter(state=Session.State.SCHEDULED, starts_at__gt=now)
    series = SessionSeries.objects.filter(clock.rows(), sessions__in=ahead).distinct()
    return OnTheClock(
        hours=hours.count(),
        dates=dates.count(),
        wishes=len(touched.wishes),
        series=series.count(),
        last_days=0 if clock.location else count_last_days(business=clock.business, now=now),
    )
