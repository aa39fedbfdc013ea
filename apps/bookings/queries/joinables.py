"""From rows of classes and courses to what the rule of joining asks; how many wait in front of a
full one, and who waits for a time of an appointment.

And what of it a browser may call its own: made in it, opened by their link, or remembered; and
whether more people may come on a booking that stands (rule B17).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from apps.availability.models import CourseRun, Session, has_lapsed
from apps.availability.queries.crew import Crew, find_crews
from apps.bookings.joining import Joinable, JoinRules
from apps.bookings.models import Booking, MoveWish, WaitlistEntry
from apps.bookings.policy import Policy
from apps.bookings.queries.requests import is_before_the_team
from apps.bookings.states import OCCUPYING
from apps.bookings.wishes import Wish
from apps.catalog.models import BookingPolicy, Service
from apps.catalog.queries import Choice

State = WaitlistEntry.State
IN_LINE = (State.WAITING, State.OFFERED)
SETTLED = (Booking.PaymentOption.ONLINE, Booking.PaymentOption.MEMBERSHIP)
LIVE = (Booking.Status.PENDING, Booking.Status.CONFIRMED)


def join_rules_of(policy: BookingPolicy) -> JoinRules:
    """Read the owner's rules as the pure value that decides."""
    return JoinRules(
        max_advance_minutes=policy.max_advance_minutes,
        min_notice_minutes=policy.min_notice_minutes,
        late_entry=policy.late_entry,
        max_participants=policy.max_participants,
    )


def joinable_of(
    target: Session | CourseRun,
    *,
    besides: Booking | None,
    now: datetime,
    seats_left: int | None = None,
) -> Joinable:
    """Read a session or a run as it is now; lapsed holds and the caller's own draft (besides)
    leave their places free. seats_left replaces the count that somebody else has just made."""
    return Joinable(
        starts=(target.starts_at,) if isinstance(target, Session) else _starts(target),
        ends_at=target.ends_at,
        takes_place=target.takes_place,
        seats_left=_seats_left(target, besides, now=now) if seats_left is None else seats_left,
    )


def _starts(run: CourseRun) -> tuple[datetime, ...]:
    sessions = Session.objects.filter(course_run=run, state=Session.State.SCHEDULED)
    return tuple(sessions.order_by("starts_at").values_list("starts_at", flat=True))


def _seats_left(target: Session | CourseRun, besides: Booking | None, *, now: datetime) -> int:
    if target.seats_left and besides is None:
        return target.seats_left
    # Counted in one statement: between two, others may release what has lapsed and take it.
    rows = type(target)._default_manager.filter(pk=target.pk)
    counted = rows.annotate(
        free=F("capacity") - F("seats_taken") - F("seats_offered"),
        lapsed=Sum("seatings__seats", filter=has_lapsed(now, of="seatings__")),
    )
    free, lapsed = counted.values_list("free", "lapsed").get()
    own = 0
    if besides is not None and besides.seating_id is not None:
        mine = target.seatings.filter(pk=besides.seating_id).held(now)
        own = mine.aggregate(seats=Sum("seats"))["seats"] or 0
    left: int = max(0, free + (lapsed or 0) + own)
    return left


def lead_of(target: Session | CourseRun) -> int | None:
    """Return the resource of whoever teaches it, or the first date of a course that takes place:
    the person the customer sees."""
    session = target if isinstance(target, Session) else first_date(target)
    if session is None:
        return None
    return find_crews(session_ids=[session.pk]).get(session.pk, Crew()).lead_id


def first_date(run: CourseRun) -> Session | None:
    """The first session of a course that takes place."""
    kept = run.sessions.filter(state=Session.State.SCHEDULED)
    return kept.select_related("business", "location").order_by("starts_at").first()


def line_of(
    target: Session | CourseRun, *, states: Sequence[str] = IN_LINE
) -> QuerySet[WaitlistEntry]:
    """The entries that wait for this session or run, in no order."""
    is_session = isinstance(target, Session)
    here = Q(session_id=target.pk) if is_session else Q(course_run_id=target.pk)
    return WaitlistEntry.objects.filter(here, state__in=states)


def has_line(service: Service) -> bool:
    """Whether customers may wait for a place of a class or a course: a tap on the offer books it,
    so not where the team says yes to everybody first. The team may let people wait all the same."""
    return not service.requires_approval


def count_waiting(*, session_ids: Collection[int]) -> Mapping[int, int]:
    """How many entries wait by session; sessions without any are missing."""
    lines = WaitlistEntry.objects.filter(session_id__in=session_ids, state__in=IN_LINE)
    counted = lines.order_by().values("session_id").annotate(n=Count("pk"))
    return {row["session_id"]: row["n"] for row in counted if row["session_id"]}


def count_waiting_for_runs(*, run_ids: Collection[int]) -> Mapping[int, int]:
    """The same by course run."""
    lines = WaitlistEntry.objects.filter(course_run_id__in=run_ids, state__in=IN_LINE)
    counted = lines.order_by().values("course_run_id").annotate(n=Count("pk"))
    return {row["course_run_id"]: row["n"] for row in counted if row["course_run_id"]}


def wish_of(entry: WaitlistEntry | MoveWish) -> Wish | None:
    """What an entry waits for, None for one that waits for a class or a course."""
    if entry.wanted_first_on is None or entry.wanted_last_on is None:
        return None
    return Wish(
        first_on=entry.wanted_first_on,
        last_on=entry.wanted_last_on,
        from_minute=entry.wanted_from_minute,
        to_minute=entry.wanted_to_minute,
        notice_minutes=entry.notice_minutes,
        let_pass=tuple(
            (datetime.fromisoformat(start), datetime.fromisoformat(end))
            for start, end in entry.let_pass
        ),
    )


def open_wish(entry: WaitlistEntry) -> Wish | None:
    """The same while there is no time for it: none is offered, none was taken."""
    has_time = entry.state in {WaitlistEntry.State.OFFERED, WaitlistEntry.State.ENROLLED}
    return None if has_time else wish_of(entry)


def wishes_for(
    *, service_id: int, location_id: int | None, first_on: date, last_on: date
) -> QuerySet[WaitlistEntry]:
    """The entries in line for a service at a place that want one of these days too, in no order."""
    return WaitlistEntry.objects.filter(
        Q(booking__location_id=location_id),
        booking__service_id=service_id,
        state__in=IN_LINE,
        wanted_first_on__lte=last_on,
        wanted_last_on__gte=first_on,
    )


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """How many wait for one of the same days, and whether one more may."""

    waiting: int
    has_room: bool


def line_for(choice: Choice, wish: Wish) -> WaitingLine:
    """How long the line is that somebody with this wish would join; one query."""
    waiting = wishes_for(
        service_id=choice.service.pk,
        location_id=choice.location.pk if choice.location else None,
        first_on=wish.first_on,
        last_on=wish.last_on,
    ).count()
    return WaitingLine(waiting, has_room=waiting < choice.policy.waitlist_capacity)


def has_places(booking: Booking, *, is_team: bool = False) -> bool:
    """Whether it has places whose number can change: they are kept, and nobody has to say yes to
    others but the team, who asks. Its service comes joined."""
    return booking.seating_id is not None and _is_open(booking, is_team=is_team)


def has_time_for_more(booking: Booking, *, is_team: bool = False) -> bool:
    """The same of an appointment: its time is kept whoever comes along, and no day waits for its
    people. Its service comes joined."""
    is_alone = booking.service.min_participants <= 1 and not booking.double_booked
    is_open = _is_open(booking, is_team=is_team)
    return booking.kind == Service.Kind.APPOINTMENT and is_alone and is_open


def _is_open(booking: Booking, *, is_team: bool) -> bool:
    """Whether its time is kept, and nobody has to say yes to others."""
    if booking.status not in OCCUPYING:
        return False
    if is_team:
        return True
    return is_before_the_team(booking) or not booking.service.requires_approval


def takes_more(booking: Booking) -> bool:
    """Whether others can be added to it with one tap: the same, and nothing was paid for it."""
    return has_places(booking) and not booking.paid and booking.payment_option not in SETTLED


def has_room_for(booking: Booking, *, more: int) -> bool:
    """Whether so many more stay within the limit that was frozen with it."""
    most = Policy.from_snapshot(booking.policy_snapshot).max_participants
    return booking.party_size + more <= most


def alone_words(booking: Booking) -> str:
    """Why nobody is added to a booking, and what whoever comes along does instead; it is of a class
    that can be booked. Its service comes joined."""
    is_paid = booking.paid or booking.payment_option == Booking.PaymentOption.MEMBERSHIP
    if is_paid and has_places(booking) and has_room_for(booking, more=1):
        return _("This booking is paid. You can change how many people come on its page.")
    if is_paid:
        return _("This booking is paid. To bring more people, book again.")
    if takes_more(booking) and not has_room_for(booking, more=1):
        return _("This booking cannot be for more people.")
    return _("To bring more people, book again.")


@dataclass(frozen=True, slots=True)
class Browser:
    """visitor_hash of its session, "" before its first tap; ids it proved or remembers."""

    visitor_hash: str = ""
    booking_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Own:
    """A live booking of the browser, how many come on it, and whether one more may; alone_words say
    what is done instead. None is ("", 0)."""

    reference: str = ""
    people: int = 0
    may_bring: bool = False
    alone_words: str = ""


def own_place(*, browser: Browser, session_id: int) -> Own:
    """Return the browser's live booking of one class session, in one query at most."""
    mine = _live_bookings_of(browser)
    if mine is None:
        return Own()
    found = mine.filter(session_id=session_id).select_related("service").order_by("pk").last()
    if found is None:
        return Own()
    may_bring = takes_more(found) and has_room_for(found, more=1)
    return Own(found.reference, found.party_size, may_bring, alone_words(found))


def own_places(*, browser: Browser, session_ids: Collection[int]) -> Mapping[int, str]:
    """Return the reference of the browser's live booking by class session, in one query at most."""
    mine = _live_bookings_of(browser)
    if mine is None or not session_ids:
        return {}
    found = mine.filter(session_id__in=session_ids).values_list("session_id", "reference")
    return dict(found)


def own_enrolments(*, browser: Browser, run_ids: Collection[int]) -> Mapping[int, str]:
    """Return the same by course run."""
    mine = _live_bookings_of(browser)
    if mine is None or not run_ids:
        return {}
    found = mine.filter(course_run_id__in=run_ids).values_list("course_run_id", "reference")
    return dict(found)


def _live_bookings_of(browser: Browser) -> QuerySet[Booking] | None:
    if not browser.visitor_hash and not browser.booking_ids:
        return None
    made_here = Q(visitor_hash=browser.visitor_hash) if browser.visitor_hash else Q()
    known = Q(pk__in=browser.booking_ids) if browser.booking_ids else Q()
    return Booking.objects.filter(made_here | known, status__in=LIVE)
