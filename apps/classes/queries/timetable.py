"""The classes of one week as the public sees them: a constant number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from apps.availability.engine.zones import day_bounds
from apps.availability.models import DateException, Session
from apps.availability.queries.crew import Crew, find_crews
from apps.bookings.joining import Joinable, Joining, Obstacle, may_join
from apps.bookings.models import Booking
from apps.bookings.queries.drafts import own_hold
from apps.bookings.queries.joinables import Browser, count_waiting, join_rules_of, own_places
from apps.businesses.models import Business, Clock
from apps.catalog.models import BookingPolicy, Service
from apps.catalog.queries import default_policy
from apps.classes.queries.filters import Coming, Filters, find_next_class, is_wanted, public_classes
from apps.web.formatting import is_past_midnight

WEEK, DAY = timedelta(days=7), timedelta(days=1)
ELSEWHERE = timedelta(hours=26)
"""No two clocks are further apart; no class lasts longer either."""
SHOWN = (
    *("service_id", "state", "starts_at", "ends_at", "capacity", "seats_taken", "seats_offered"),
    *("location_id", "location__time_zone"),
)


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One session, to be told on the clock of zone, that of its place. own_reference is the
    visitor's booking of it, "" when they have none; waiting counts the people on its waitlist."""

    pk: int
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo
    name: str
    crew: str
    seats_left: int
    waiting: int
    joining: Joining
    is_canceled: bool
    has_begun: bool
    own_reference: str
    line_has_room: bool

    @property
    def first_on(self) -> date:
        """The day on which it begins there."""
        return self.starts_at.astimezone(self.zone).date()

    @property
    def last_on(self) -> date:
        """The day on which it ends there: another one where it goes on past midnight."""
        if not is_past_midnight(self.starts_at, self.ends_at, zone=self.zone):
            return self.first_on
        return self.ends_at.astimezone(self.zone).date()

    @property
    def obstacle(self) -> str:
        return self.joining.obstacle or ""

    @property
    def opens_at(self) -> datetime | None:
        return self.joining.opens_at

    @property
    def can_ask(self) -> bool:
        """Whether somebody may still book it, or wait for it."""
        if self.joining.obstacle is None:
            return True
        in_the_way = self.joining.obstacle in {Obstacle.FULL, Obstacle.TOO_MANY}
        return in_the_way and (bool(self.seats_left) or self.line_has_room)


@dataclass(frozen=True, slots=True)
class ClassDay:
    """closed is why the business is closed, "" when it is open; past days show no rows. going_on
    are those that began on the day before and go on past midnight."""

    on: date
    is_today: bool
    is_past: bool
    closed: str | None
    rows: tuple[ClassRow, ...]
    going_on: tuple[ClassRow, ...]


@dataclass(frozen=True, slots=True)
class Timetable:
    """A week from its first day on; the days of a class are those of its place. coming is the next
    class after an empty week."""

    first: date
    last: date
    days: tuple[ClassDay, ...]
    classes: tuple[tuple[str, str], ...]
    teachers: tuple[tuple[int, str], ...]
    coming: Coming | None

    @property
    def count(self) -> int:
        """How many classes there are; one that goes on past midnight counts once."""
        return len({row.pk for day in self.days for row in (*day.rows, *day.going_on)})

    @property
    def has_more(self) -> bool:
        """Whether one of its classes is still to come."""
        rows = (row for day in self.days for row in day.rows)
        return any(not row.has_begun and not row.is_canceled for row in rows)


def get_timetable(
    *,
    business: Business,
    first: date,
    filters: Filters,
    browser: Browser,
    now: datetime,
) -> Timetable:
    """Read the week that begins on first: its classes, closed days, and the visitor's own places.

    A lapsed hold still counts as taken here; whoever books finds it free (rule C5). Places that
    this browser holds are free to it.
    """
    zone = business.zone
    today = now.astimezone(zone).date()
    low, high = day_bounds(zone, first)[0], day_bounds(zone, first + WEEK - DAY)[1]
    near = _between(business, _instant(low) - ELSEWHERE, _instant(high) + ELSEWHERE)
    sessions = [it for it in near if _is_in_week(it, business, first)]
    crews = find_crews(session_ids=[it.pk for it in sessions])
    own = own_places(browser=browser, session_ids=[it.pk for it in sessions])
    waiting = count_waiting(session_ids=[it.pk for it in sessions])
    shown = [it for it in sessions if is_wanted(it, crews, filters, business)]
    held = own_hold(browser=browser, business_id=business.pk, now=now)
    places = _Places(crews, own, waiting, held)
    rows = [_row(it, business, places, now=now) for it in shown]
    closed = _closed_days(business, first)
    days = tuple(_day(first + DAY * offset, rows, closed, today=today) for offset in range(7))
    return Timetable(
        first=first,
        last=first + WEEK - DAY,
        days=days,
        classes=_names(sessions),
        teachers=_teachers(crews),
        coming=None if rows else find_next_class(business, filters, after=max(_instant(high), now)),
    )


def _between(business: Business, low: datetime, high: datetime) -> list[Session]:
    """The sessions that touch a span, in order of their start, each with its one object of the
    service."""
    found = public_classes(business).filter(
        starts_at__gte=low - DAY, starts_at__lt=high, ends_at__gt=low
    )
    told = found.select_related("location").only(*SHOWN)
    sessions = list(told.order_by("starts_at", "pk"))
    wanted = {it.service_id for it in sessions if it.service_id}
    services = Service.objects.filter(pk__in=wanted).select_related("policy").in_bulk()
    for session in sessions:
        session.service = services[session.service_id or 0]
    return sessions


def _is_in_week(session: Session, business: Business, first: date) -> bool:
    """Whether it begins or goes on in the seven days from first on, by the clock of its place."""
    zone = Clock(business, session.location).zone
    begins = session.starts_at.astimezone(zone).date()
    if begins < first and is_past_midnight(session.starts_at, session.ends_at, zone=zone):
        return session.ends_at.astimezone(zone).date() >= first
    return first <= begins < first + WEEK


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@dataclass(frozen=True, slots=True)
class _Places:
    """What is known of all sessions of a week: who teaches, what the visitor booked and holds, and
    how many wait."""

    crews: Mapping[int, Crew]
    own: Mapping[int, str]
    waiting: Mapping[int, int]
    held: Booking | None

    def left(self, session: Session) -> int:
        """How many places there are for this visitor."""
        mine = self.held is not None and self.held.session_id == session.pk
        return session.seats_left + (self.held.party_size if mine and self.held else 0)


def _row(session: Session, business: Business, places: _Places, *, now: datetime) -> ClassRow:
    waiting = places.waiting.get(session.pk, 0)
    return ClassRow(
        pk=session.pk,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        zone=Clock(business, session.location).zone,
        name=session.service.name if session.service else "",
        crew=places.crews.get(session.pk, Crew()).words,
        seats_left=places.left(session),
        waiting=waiting,
        joining=_joining(session, business, seats_left=places.left(session), now=now),
        is_canceled=session.state == Session.State.CANCELED,
        has_begun=session.starts_at <= now,
        own_reference=places.own.get(session.pk, ""),
        line_has_room=waiting < _policy_of(session, business).waitlist_capacity,
    )


def _policy_of(session: Session, business: Business) -> BookingPolicy:
    own = session.service.policy if session.service else None
    return own or default_policy(business=business)


def _joining(session: Session, business: Business, *, seats_left: int, now: datetime) -> Joining:
    rules = join_rules_of(_policy_of(session, business))
    joinable = Joinable(
        starts=(session.starts_at,),
        ends_at=session.ends_at,
        takes_place=session.state == Session.State.SCHEDULED,
        seats_left=seats_left,
    )
    return may_join(joinable, rules=rules, seats=1, now=now)


def _day(
    on: date,
    rows: Sequence[ClassRow],
    closed: Mapping[date, str],
    *,
    today: date,
) -> ClassDay:
    return ClassDay(
        on=on,
        is_today=on == today,
        is_past=on < today,
        closed=closed.get(on),
        rows=tuple(row for row in rows if row.first_on == on),
        going_on=tuple(row for row in rows if row.first_on < on <= row.last_on),
    )


def _closed_days(business: Business, first: date) -> Mapping[date, str]:
    exceptions = DateException.objects.filter(
        schedule__business=business,
        schedule__resource=None,
        schedule__service=None,
        location=None,
        starts_minute=None,
        on__range=(first, first + WEEK - DAY),
    )
    return dict(exceptions.values_list("on", "reason"))


def _names(sessions: Sequence[Session]) -> tuple[tuple[str, str], ...]:
    names = {it.service.slug: it.service.name for it in sessions if it.service}
    return tuple(sorted(names.items(), key=lambda pair: pair[1]))


def _teachers(crews: Mapping[int, Crew]) -> tuple[tuple[int, str], ...]:
    leads = {it.lead_id: it.people[0] for it in crews.values() if it.lead_id is not None}
    return tuple(sorted(leads.items(), key=lambda pair: pair[1]))
