"""Who is expected at a session, and who came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.availability.models import Session
from apps.availability.queries.crew import Crew, find_crews
from apps.bookings.models import Attendance, Booking, WaitlistEntry
from apps.bookings.plan_uses import plan_words_of
from apps.bookings.queries.cancelling import no_show_by_policy
from apps.bookings.queries.ending import find_called_off
from apps.bookings.queries.joinables import line_of
from apps.bookings.queries.minimum import Progress, group_of_session, progress_of
from apps.bookings.queries.stub import kinds_of
from apps.classes.queries.attending import (
    Scope,
    Seen,
    find_attending,
    other_dates,
    people_seen,
    seen_of_date,
    seen_of_run,
    sessions_in,
    sessions_seen,
    told_of_class,
    told_of_run,
)
from apps.dashboard.access import Access
from apps.dashboard.frame.queries.rows import customer_name
from apps.waitlists.queries import has_offer


@dataclass(frozen=True, slots=True)
class Person:
    """One place. leads is true for the first of a party, who has kinds, the words of who comes as
    what and with which extras, and by_plan, how a plan paid for them; state is "" until it is
    marked."""

    reference: str
    seat: int
    name: str
    party_size: int
    leads: bool
    status: str
    state: str
    note: str
    kinds: str = ""
    by_plan: str = ""

    @property
    def key(self) -> str:
        return f"{self.reference}-{self.seat}"


@dataclass(frozen=True, slots=True)
class ScopeChoice:
    """How many sessions and bookings a change or cancellation of this scope means; seen tells which
    they are, and by that a page that has grown old is known."""

    scope: Scope
    sessions: int
    bookings: int
    seen: Seen


@dataclass(frozen=True, slots=True)
class InLine:
    """Somebody on the waitlist, the first in line first."""

    reference: str
    name: str
    people: int
    offer_ends_at: datetime | None
    kinds: str = ""


@dataclass(frozen=True, slots=True)
class Lost:
    """Somebody whose class, or date of a course, does not take place; waited: they were on the
    waitlist."""

    reference: str
    name: str
    people: int
    waited: bool
    kinds: str = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """charges: not coming costs somebody a fee."""

    session: Session
    name: str
    crew: str
    capacity: int
    taken: int
    people: tuple[Person, ...]
    scopes: tuple[ScopeChoice, ...]
    line: tuple[InLine, ...]
    lost: tuple[Lost, ...]
    progress: Progress | None
    charges: bool = False

    @property
    def here(self) -> int:
        return sum(person.state == Attendance.State.HERE for person in self.people)

    @property
    def missing(self) -> int:
        return sum(person.state == Attendance.State.NO_SHOW for person in self.people)

    @property
    def open(self) -> int:
        return len(self.people) - self.here - self.missing


def get_session(*, access: Access, session_id: int) -> Session:
    """Return a class or course session of this business, for staff one of their own.

    Raises:
        Session.DoesNotExist: there is none.
    """
    sessions = Session.objects.select_related("service", "course_run", "series", "location")
    found = sessions.exclude(service=None).filter(kind__in=("CLASS", "COURSE"))
    session = found.get(pk=session_id, business_id=access.business.pk)
    session.business = access.business
    if session.service is not None:
        session.service.business = access.business
    if access.own_resource_ids is not None:
        own = session.occupancies.filter(resource_id__in=access.own_resource_ids)
        if not own.exists():
            raise Session.DoesNotExist
    return session


def get_roster(*, access: Access, session: Session, now: datetime) -> Roster:
    """Read the people of a session with what was marked; a constant number of queries."""
    is_off = session.state == Session.State.CANCELED
    attending = find_attending(business_id=access.business.pk, session_id=session.pk)
    bookings = list(attending.select_related("customer").prefetch_related("participants"))
    marks = Attendance.objects.filter(session=session).values_list("booking_id", "seat", "state")
    marked = {(booking_id, seat): state for booking_id, seat, state in marks}
    counted, name = session.course_run or session, session.service.name if session.service else ""
    crew = find_crews(session_ids=[session.pk]).get(session.pk, Crew())
    return Roster(
        session=session,
        name=name,
        crew=crew.words,
        capacity=counted.capacity,
        taken=counted.seats_taken,
        people=() if is_off else tuple(_people(bookings, marked, below=name)),
        scopes=tuple(list_scopes(session, now=now)),
        line=tuple(_line(session, below=name, now=now)),
        lost=tuple(_lost(session, bookings, below=name)) if is_off else (),
        progress=_progress(session, now=now),
        charges=session.kind == Session.Kind.CLASS and any(map(_charges, bookings)),
    )


def _charges(booking: Booking) -> bool:
    return no_show_by_policy(booking=booking) > 0


def _progress(session: Session, *, now: datetime) -> Progress | None:
    if session.service is None:
        return None
    return progress_of(group_of_session(session, session.service), now=now)


def _people(
    bookings: Sequence[Booking], marked: Mapping[tuple[int, int], str], *, below: str
) -> list[Person]:
    found, by_plan = [], plan_words_of(*bookings)
    for booking in bookings:
        names = [it.name for it in booking.participants.all()]
        contact, kinds = customer_name(booking), kinds_of(booking, below=below)
        for seat in range(booking.party_size):
            name = names[seat] if seat < len(names) else contact if seat == 0 else ""
            found.append(
                Person(
                    reference=booking.reference,
                    seat=seat,
                    name=name,
                    party_size=booking.party_size,
                    leads=seat == 0,
                    status=booking.status,
                    state=marked.get((booking.pk, seat), ""),
                    note=booking.customer_note if seat == 0 else "",
                    kinds="" if seat else kinds,
                    by_plan="" if seat else by_plan.get(booking.pk, ""),
                )
            )
    return found


def _lost(session: Session, enrolled: Sequence[Booking], *, below: str) -> list[Lost]:
    """Those who are enrolled in a course go on with its other dates."""
    found = find_called_off(session=session).select_related("customer")
    bookings = [*enrolled, *found]
    entries = WaitlistEntry.objects.filter(booking__in=bookings, state=WaitlistEntry.State.LEFT)
    waited = set(entries.values_list("booking_id", flat=True))
    return [
        Lost(
            reference=it.reference,
            name=customer_name(it),
            people=it.party_size,
            waited=it.pk in waited,
            kinds=kinds_of(it, below=below),
        )
        for it in bookings
    ]


def _line(session: Session, *, below: str, now: datetime) -> list[InLine]:
    entries = line_of(session.course_run or session).select_related("booking__customer")
    return [
        InLine(
            reference=it.booking.reference,
            name=customer_name(it.booking),
            people=it.people,
            offer_ends_at=it.offer_ends_at if has_offer(it, now=now) else None,
            kinds=kinds_of(it.booking, below=below),
        )
        for it in entries.order_by("rank", "pk")
    ]


def list_scopes(session: Session, *, now: datetime) -> list[ScopeChoice]:
    """How far a change or a cancellation of this class can reach; nothing for what is over."""
    if session.kind == Session.Kind.COURSE:
        return _course_scopes(session, now=now)
    if session.ends_at <= now:
        return []
    wanted = [Scope.THIS] if session.series_id is None else list(Scope)
    return [_scope(session, scope, now=now) for scope in wanted]


def _course_scopes(session: Session, *, now: datetime) -> list[ScopeChoice]:
    """This date, or the whole run; the only date is all of it."""
    run = session.course_run
    if run is None or run.ends_at <= now:
        return []
    whole, enrolled = (told_of_run(run.pk, whole=it).count() for it in (True, False))
    left = run.sessions.filter(state=Session.State.SCHEDULED, ends_at__gt=now).count()
    all_of_it = ScopeChoice(Scope.ALL, left, whole, seen_of_run(course_run_id=run.pk))
    if session.ends_at <= now or not other_dates(session).exists():
        return [all_of_it]
    return [ScopeChoice(Scope.THIS, 1, enrolled, seen_of_date(session=session)), all_of_it]


def _scope(session: Session, scope: Scope, *, now: datetime) -> ScopeChoice:
    ids = sessions_in(session=session, scope=scope, now=now)
    told, sessions = list(told_of_class(ids)), list(Session.objects.filter(pk__in=ids))
    seen = Seen(people_seen(told), sessions_seen(sessions))
    return ScopeChoice(scope, len(ids), len(told), seen)
