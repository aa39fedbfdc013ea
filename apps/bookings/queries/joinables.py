"""From rows of classes and courses to what the rule of joining asks."""

from datetime import datetime

from django.db.models import F, Sum

from apps.availability.models import CourseRun, Session, has_lapsed
from apps.availability.queries.crew import Crew, find_crews
from apps.bookings.joining import Joinable, JoinRules
from apps.bookings.models import Booking
from apps.catalog.models import BookingPolicy


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
        takes_place=_takes_place(target),
        seats_left=_seats_left(target, besides, now=now) if seats_left is None else seats_left,
    )


def _takes_place(target: Session | CourseRun) -> bool:
    return target.state in {Session.State.SCHEDULED, CourseRun.State.OPEN}


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
