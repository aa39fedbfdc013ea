"""The one function that records what happens to a booking: status, revision, history, and the word
to the outbox; and what a booking locks and keeps until it ends.

Whoever asks (customer, team, operator, worker), a status is written here and nowhere else. A
booking does not become CONFIRMED, nor go to another time while it is, unless its time or its seats
are kept. That is looked at here, in the same transaction and after the locks, because neither
database can say it by itself (ADR 20).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apps.availability import operations as availability
from apps.availability.models import Occupancy, Seating, Session
from apps.bookings import states
from apps.bookings.announcements import announce_end_of_waiting, announce_free_places
from apps.bookings.deadlines import deadline_after, decides_at
from apps.bookings.models import LIVE_WISHES, AccessLink, Booking, BookingEvent, MoveWish
from apps.bookings.operations.close_move import end_open_move, reopen_move
from apps.bookings.operations.errors import StaleRevision, TimeNotKept
from apps.bookings.queries.minimum import MinimumGroup, group_at
from apps.bookings.queries.requests import is_for_people
from apps.businesses.models import TeamMember
from apps.catalog.models import Service
from apps.outbox import operations as outbox

TOPICS = {
    BookingEvent.Action.BOOKED: "booking.confirmed",
    BookingEvent.Action.REQUESTED: "booking.requested",
    BookingEvent.Action.CONFIRMED: "booking.confirmed",
    BookingEvent.Action.DECLINED: "booking.declined",
    BookingEvent.Action.CANCELED: "booking.canceled",
    BookingEvent.Action.READDRESSED: "booking.readdressed",
    BookingEvent.Action.WAITLISTED: "booking.waitlisted",
    BookingEvent.Action.OFFERED: "booking.offered",
    BookingEvent.Action.RESIZED: "booking.resized",
    BookingEvent.Action.MESSAGED: "booking.messaged",
    BookingEvent.Action.MOVED: "booking.moved",
    BookingEvent.Action.REFUNDED: "booking.refunded",
    BookingEvent.Action.NOT_REFUNDED: "booking.not_refunded",
    BookingEvent.Action.HANDED_BACK: "booking.refunded",
    BookingEvent.Action.KEPT: "booking.kept",
    BookingEvent.Action.RESOLVED: "booking.resolved",
    BookingEvent.Action.OVERDUE: "booking.overdue",
    BookingEvent.Action.LAPSED: "booking.declined",
    BookingEvent.Action.LINKED: "booking.linked",
    BookingEvent.Action.LET_GO: "booking.let_go",
    BookingEvent.Action.NO_SHOW: "booking.owed",
    BookingEvent.Action.ASKED_TO_PAY: "booking.owed",
    BookingEvent.Action.REZONED: "booking.moved",
    BookingEvent.Action.ASKED: "booking.asked",
    BookingEvent.Action.MOVE_ASKED: "booking.move_asked",
    BookingEvent.Action.MOVE_REFUSED: "booking.move_refused",
    BookingEvent.Action.MOVE_OVERDUE: "booking.move_overdue",
    BookingEvent.Action.MOVE_LAPSED: "booking.move_lapsed",
}
TOLD = frozenset(
    {
        *("status", "starts_at", "ends_at", "time_zone"),
        *("payment_status", "party_size", "price", "paid"),
        *("double_booked", "cancellation_fee"),
        *("resource_id", "session_id", "course_run_id", "selection"),
        *("answer_by", "override_reason"),
    }
)
"""What history repeats; names, addresses and notes stay in one place, where they can be erased."""
AT_STAKE = frozenset({"status", "starts_at", "ends_at", "session_id", "seating_id", "party_size"})
"""Of a confirmed booking: whatever changes these has to have its time or its seats."""
GIVES_UP_ITS_TIME = frozenset({BookingEvent.Action.MOVED, BookingEvent.Action.RESOLVED})
"""What a confirmed booking goes to another time by."""
ENDED_WISH = "ended_wish"
"""A wish for a better time ended with a change, says its line of history."""
APPOINTMENT = Service.Kind.APPOINTMENT
ENDS_A_QUESTION = frozenset({BookingEvent.Action.CANCELED, BookingEvent.Action.MOVED})
"""After these nobody asks any more whether the booking may go to another time (rule B38)."""
AFTER_THE_VISIT = timedelta(days=7)
"""How long the links of a booking go on opening it."""


def keeps_what_it_needs(booking: Booking) -> bool:
    """Whether the time of an appointment is occupied for good, or the seats of a class or a course
    are taken for as many as come; one query.

    Read it after the locks, as a statement of its own: booking, resources and session. Time beside
    the constraint (not enforced) counts only where the booking says why.
    """
    if booking.kind != Service.Kind.APPOINTMENT:
        return _keeps_seats(booking)
    rows = Occupancy.objects.filter(
        session_id=booking.session_id or 0, session__state=Session.State.SCHEDULED
    ).only("starts_at", "ends_at", "expires_at", "enforced")
    return bool(rows) and all(_keeps(row, booking) for row in rows)


def _keeps(row: Occupancy, booking: Booking) -> bool:
    covers = row.starts_at <= booking.starts_at and booking.ends_at <= row.ends_at
    return covers and row.expires_at is None and (row.enforced or booking.is_explained)


def _keeps_seats(booking: Booking) -> bool:
    firm = Seating.objects.filter(pk=booking.seating_id or 0, released_at=None, expires_at=None)
    kept = firm.values_list("session_id", "course_run_id", "seats").first()
    return kept == (booking.session_id, booking.course_run_id, booking.party_size)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes a booking: the customer, a member of the team, or the system."""

    kind: BookingEvent.Actor
    user_id: int | None = None

    @classmethod
    def system(cls) -> "Actor":
        """Nobody: a rule that came due."""
        return cls(BookingEvent.Actor.SYSTEM)

    @classmethod
    def of(cls, member: TeamMember | None) -> "Actor":
        if member is None:
            return cls(BookingEvent.Actor.CUSTOMER)
        return cls(BookingEvent.Actor.TEAM, member.user_id)


def lock_booking(*, booking_id: int, business_id: int, revision: int | None) -> Booking:
    """Load a booking of this business with its row locked until the transaction ends.

    Raises:
        Booking.DoesNotExist: there is none in this business (also when it is another's).
        StaleRevision: somebody changed it since the page was made.
    """
    bookings = Booking.objects.select_for_update(of=("self",)).select_related(
        "business", "service", "session", "course_run", "location", "customer"
    )
    booking = bookings.get(pk=booking_id, business_id=business_id)
    if revision is not None and booking.revision != revision:
        raise StaleRevision
    booking.service.business = booking.business
    return booking


def record_transition(
    booking: Booking,
    *,
    action: BookingEvent.Action,
    actor: Actor,
    now: datetime,
    columns: dict[str, Any],
    reason: str = "",
    delay: timedelta = timedelta(0),
    said: dict[str, str] | None = None,
) -> BookingEvent:
    """Change the columns, bump the revision by one, and append the line of history.

    The caller has kept the time or the seats of what is confirmed.

    said goes into the line of history beside what changed.

    The outbox item has the key of booking and revision: one transition, one mail (rule B6).

    Raises:
        IllegalTransition: the status cannot go there from where it is.
        TimeNotKept: it would be confirmed without its time or its seats.
    """
    _require_lawful(booking, columns.get("status"), action)
    event = line_of_history(booking=booking, action=action, columns=columns)
    event.after |= said or {}
    stood = booking.status == Booking.Status.CONFIRMED
    for name, value in columns.items():
        setattr(booking, name, value)
    if stood and _gives_up_its_time(booking, action) and end_move_wish(booking):
        event.after[ENDED_WISH] = "1"
    if booking.status == Booking.Status.CONFIRMED and AT_STAKE & columns.keys():
        _require_kept(booking)
    booking.revision += 1
    event.actor, event.user_id, event.at = actor.kind, actor.user_id, now
    event.reason, event.revision = reason, booking.revision
    booking.save(update_fields=[*columns, "revision"])
    if "ends_at" in columns:
        _let_links_follow(booking, now=now)
    if action in ENDS_A_QUESTION and booking.kind != Service.Kind.COURSE:
        event.after |= end_open_move(booking, now=now)
    event.save(force_insert=True)
    if action in TOPICS:
        _tell(event, now=now, delay=delay)
    return event


def _gives_up_its_time(booking: Booking, action: BookingEvent.Action) -> bool:
    return booking.status != Booking.Status.CONFIRMED or action in GIVES_UP_ITS_TIME


def end_move_wish(booking: Booking) -> bool:
    """End the wish of a locked booking for a better time (rule B37); tell whether there was one."""
    live = MoveWish.objects.filter(booking=booking, state__in=LIVE_WISHES)
    return bool(live.update(state=MoveWish.State.ENDED, offer_ends_at=None))


def take_up_again(booking: Booking, *, ended_by: BookingEvent, now: datetime) -> None:
    """Let a locked booking whose cancellation or move is taken back wish for a better time, and ask
    to move, as it did before (rules B34, B45). ended_by is the line of history that says what
    ended."""
    if ENDED_WISH in ended_by.after:
        ended = MoveWish.objects.filter(booking=booking, state=MoveWish.State.ENDED)
        ended.update(state=MoveWish.State.WAITING)
    reopen_move(booking, ended_by=ended_by, now=now)


def record_cancellation(
    booking: Booking, *, actor: Actor, reason: str, now: datetime, fee: int | None = None
) -> BookingEvent:
    """Cancel a booking whose time or seats the caller has released. Nobody is told before the time
    to undo has passed. fee is what its customer is charged for it, in minor units; None leaves a
    fee that was charged before, because nobody had come.

    Raises:
        IllegalTransition: it is over already.
    """
    return record_transition(
        booking,
        action=BookingEvent.Action.CANCELED,
        actor=actor,
        now=now,
        reason=reason,
        delay=states.UNDO_WINDOW,
        columns={
            "status": Booking.Status.CANCELED.value,
            **({} if fee is None else {"cancellation_fee": fee}),
        },
    )


def _let_links_follow(booking: Booking, *, now: datetime) -> None:
    """Links that are open stay open until some days after the new end of the visit (rule S3)."""
    until = booking.ends_at + AFTER_THE_VISIT
    links = AccessLink.objects.filter(booking=booking, revoked_at=None, expires_at__gt=now)
    links.filter(expires_at__lt=until).update(expires_at=until)


def deadline_columns(
    booking: Booking, *, starts_at: datetime, ends_at: datetime
) -> dict[str, datetime]:
    """The column of a request that goes to another time (UTC): it never outlives that, and one that
    waits for more people waits for those who come then (rules B16, B29)."""
    if booking.answer_by is None:
        return {}
    if is_for_people(booking):
        is_of_a_day = booking.kind == Service.Kind.APPOINTMENT
        day = group_at(booking, starts_at) if is_of_a_day else None
        start, minutes = day.starts_at if day else starts_at, booking.service.decide_before_minutes
        return {"answer_by": decides_at(starts_at=start, minutes_before=minutes)}
    by = deadline_after(
        booking.answer_by, starts_at=starts_at, ends_at=ends_at, asked_at=booking.asked_at
    )
    return {"answer_by": by}


def line_of_history(
    *, booking: Booking, action: BookingEvent.Action, columns: dict[str, Any]
) -> BookingEvent:
    """The line of history that a change of these columns would be; nothing is written."""
    told = TOLD.intersection(columns)
    return BookingEvent(
        business_id=booking.business_id,
        booking=booking,
        action=action,
        before={name: _plain(getattr(booking, name)) for name in told},
        after={name: _plain(columns[name]) for name in told},
    )


def _tell(event: BookingEvent, *, now: datetime, delay: timedelta) -> None:
    booking = event.booking
    outbox.enqueue(
        topic=TOPICS[BookingEvent.Action(event.action)],
        payload={"booking_id": booking.pk, "event_id": event.pk},
        business_id=booking.business_id,
        now=now,
        delay=delay,
        key=outbox_key(booking),
    )


def insert_in_line(booking: Booking) -> None:
    """Store a new booking as one that waits: it is no draft and holds nothing, and its history
    begins with the transition that the caller records next."""
    booking.status = Booking.Status.WAITING_LIST
    booking.save(force_insert=True)


def _require_lawful(booking: Booking, status: str | None, action: BookingEvent.Action) -> None:
    if status is None or (action == BookingEvent.Action.WAITLISTED and status == booking.status):
        return
    if action == BookingEvent.Action.UNDONE:
        states.require_undo(booking.status, status)
    else:
        states.require_transition(booking.status, status)


def _require_kept(booking: Booking) -> None:
    if not keeps_what_it_needs(booking):
        raise TimeNotKept(booking.reference)


def outbox_key(booking: Booking, revision: int | None = None) -> str:
    """Name the outbox item of the booking's latest transition, or of the one that led to this
    revision, for one mail each (rule B6)."""
    return f"booking:{booking.pk}:{booking.revision if revision is None else revision}"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def release_booking(booking: Booking, *, now: datetime) -> None:
    """Free the time or the seats of a booking, for whoever waits first; harmless when they are free
    already. Its end is written afterwards, so it does not count any more where people are counted.
    """
    if booking.seating_id is not None:
        availability.release_seats(seating_id=booking.seating_id, now=now)
        if target := booking.course_run or booking.session:
            announce_free_places(target, besides=booking, now=now)
    elif booking.session_id is not None and booking.kind == APPOINTMENT:
        availability.release_time(session_id=booking.session_id)
    if booking.status == Booking.Status.WAITING_LIST:
        announce_end_of_waiting(booking, now=now)


def lock_people_of_day(group: MinimumGroup) -> None:
    """Let nobody of a day of appointments come or go until the transaction ends; before any
    resource is locked (rule C2).

    Raises:
        BusyTryAgain: the lock did not come in time.
    """
    with availability.saying_busy():
        members = Booking.objects.filter(group.members, status__in=states.OCCUPYING)
        list(members.select_for_update().order_by("pk").values_list("pk"))
