"""Where an appointment could go instead: whether its customer may move it themselves, until when,
and the free times, its own left out (rule B32)."""

from collections.abc import Iterable
from copy import copy
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from apps.availability.engine.slots import DayParts, Slot
from apps.availability.operations import Claim
from apps.availability.queries.search import SlotQuery
from apps.bookings.models import PUT_BACK, Booking, BookingEvent, MoveRequest
from apps.bookings.plan_uses import plan_limits_of
from apps.bookings.policy import Policy, Verdict, may_ask_to_move, may_move
from apps.bookings.queries.attendance import policy_of_customer
from apps.bookings.queries.days import Ask, Days, find_days, starts_at
from apps.bookings.queries.minimum import starts_with_enough
from apps.bookings.queries.offered import NoTime, choice_as_booked, find_claim, query_again
from apps.bookings.queries.requests import may_leave
from apps.bookings.states import Status
from apps.catalog.models import Service, StaffMember
from apps.catalog.queries import Choice, UnknownChoice, is_offered
from apps.catalog.queries.offered import able_staff

NOON, EVENING = 12, 17


class PersonGone(UnknownChoice):
    """This person of the team took bookings for it perhaps, and does not any more."""

    status = HTTPStatus.CONFLICT

    def __init__(self, short_name: str) -> None:
        super().__init__("staff")
        self.short_name = short_name


def verdict_on_move(
    *, booking: Booking, is_team: bool, now: datetime, is_known: bool = False
) -> Verdict:
    """Say whether a booking may go to another time, and until when (UTC); no query, but two where
    its policy says how often. The page that offers it and the operation that does it ask this
    (rule B4)."""
    policy = Policy.from_snapshot(booking.policy_snapshot).as_for(is_known=is_known)
    return may_move(
        policy=policy,
        status=Status(booking.status),
        kind=booking.kind,
        starts_at=booking.starts_at,
        now=now,
        is_team=is_team,
        asks_first=not may_leave(booking),
        moved=0 if is_team else times_moved(booking, policy),
    )


def times_moved(booking: Booking, policy: Policy) -> int:
    """How often its customer has moved a booking, or had it moved by a yes of the team; 0, and no
    query, where its policy does not say how often they may. What the team moved itself is its own
    affair, and a move that was taken back is none."""
    if policy.max_moves is None:
        return 0
    action, actor = BookingEvent.Action.MOVED, BookingEvent.Actor.CUSTOMER
    alone = booking.history.filter(action=action, actor=actor)
    put_back = 2 * alone.filter(after__has_key=PUT_BACK).count()
    accepted = booking.move_requests.filter(state=MoveRequest.State.ACCEPTED).count()
    return alone.count() - put_back + accepted


def may_go_elsewhere(booking: Booking) -> bool:
    """Whether its customer can move a booking, or ask for that, as long as its policy says so: not
    a course, nor what is not booked online now. No query."""
    if booking.kind == Service.Kind.COURSE or not is_offered(service=booking.service):
        return False
    return may_leave(booking) or booking.status == Booking.Status.CONFIRMED


def verdict_on_asking(
    *, booking: Booking, has_asked: bool, now: datetime, is_known: bool = False
) -> Verdict:
    """Say whether its customer may ask the team for another time, and until when (UTC), as
    above. One of two bookings at one time is moved out of that in another way."""
    policy = policy_of_customer(booking=booking, is_known=is_known)
    return may_ask_to_move(
        policy=policy,
        status=Status(booking.status),
        kind=booking.kind,
        starts_at=booking.starts_at,
        now=now,
        asks_first=not may_leave(booking) and not booking.double_booked,
        has_asked=has_asked,
        moved=times_moved(booking, policy),
    )


def choice_to_move(*, booking: Booking, resource_id: int | None) -> Choice:
    """What was booked, with this person or (None) with whoever is free. Variant, extras and people
    come along, also where they are not offered any more.

    Raises:
        PersonGone: this person of the team does not do it, or not any more.
        UnknownChoice: nobody of the team is meant.
    """
    choice = choice_as_booked(booking=booking)
    if resource_id is not None and resource_id not in able_staff(choice.needs):
        person = StaffMember.objects.filter(
            business=booking.business_id, resource=resource_id
        ).first()
        raise PersonGone(person.short_name) if person else UnknownChoice("staff")
    return replace(choice, chosen_id=resource_id)


def query_to_move(*, booking: Booking, choice: Choice, is_team: bool) -> SlotQuery:
    """The question where an appointment could go: within its hours, and for customers within the
    rules of how soon and how far ahead they book. Those do not bind the team."""
    query = query_again(booking=booking, choice=choice)
    if not is_team:
        return query
    policy = copy(query.policy)
    policy.min_notice_minutes = policy.max_advance_minutes = policy.horizon_days = None
    return replace(query, policy=policy)


def is_there(booking: Booking, *, starts_at: datetime, resource_id: int | None) -> bool:
    """Whether a booking is at this start (UTC) already, with this person or (None) with anybody."""
    return booking.starts_at == starts_at and resource_id in {None, booking.resource_id}


def find_days_to_move(
    *,
    booking: Booking,
    choice: Choice,
    ask: Ask,
    zone: ZoneInfo,
    week_starts: int,
    now: datetime,
    is_team: bool = False,
) -> Days:
    """The days and times of the picker for an appointment that moves: what it takes itself counts
    as free, so that it may overlap its own time.

    Left out of the day that is shown are that very time, what its plan does not pay, and times at
    which a confirmed one would wait for more people. As many queries as the picker; one or two
    more with a plan, and two where people are counted.
    """
    query = query_to_move(booking=booking, choice=choice, is_team=is_team)
    days = find_days(query=query, ask=ask, zone=zone, week_starts=week_starts, now=now)
    slots = _accepted(booking, choice, days.slots, is_team=is_team, now=now)
    nearest = days.nearest
    if nearest:
        nearest = _accepted(booking, choice, nearest, is_team=is_team, now=now)
    parts = days.parts
    if days.chosen is not None and len(slots) != len(days.slots):
        parts = {**parts, days.chosen: _parts(slots, zone)}
    return replace(days, slots=slots, nearest=nearest, parts=parts)


def is_free_to_move(
    *, booking: Booking, choice: Choice, starts_at: datetime, now: datetime, is_team: bool = False
) -> bool:
    """Whether a start (UTC) is on offer for an appointment that moves, as seen without a lock."""
    claim = claim_to_move(
        booking=booking, choice=choice, starts_at=starts_at, now=now, is_team=is_team
    )
    return claim is not None


def claim_to_move(
    *, booking: Booking, choice: Choice, starts_at: datetime, now: datetime, is_team: bool = False
) -> Claim | None:
    """What an appointment would take at a start (UTC), as seen without a lock; None where that is
    not on offer for it."""
    try:
        query = query_to_move(booking=booking, choice=choice, is_team=is_team)
        return find_claim(query=query, starts_at=starts_at, now=now)
    except NoTime:
        return None


def _accepted(
    booking: Booking, choice: Choice, slots: Iterable[Slot], *, is_team: bool, now: datetime
) -> tuple[Slot, ...]:
    """Those that the operation would accept."""
    others = {
        starts_at(it): it
        for it in slots
        if not is_there(booking, starts_at=starts_at(it), resource_id=choice.chosen_id)
    }
    limits, length = plan_limits_of(booking), booking.ends_at - booking.starts_at
    if is_team:
        limits = replace(limits, ends_at=None)
    fit = starts_with_enough(booking, list(others), now=now)
    return tuple(others[at] for at in fit if limits.allow([(at, at + length)]))


def _parts(slots: Iterable[Slot], zone: ZoneInfo) -> DayParts:
    hours = [starts_at(it).astimezone(zone).hour for it in slots]
    return DayParts(
        morning=sum(hour < NOON for hour in hours),
        afternoon=sum(NOON <= hour < EVENING for hour in hours),
        evening=sum(hour >= EVENING for hour in hours),
    )
