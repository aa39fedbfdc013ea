from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.availability.models import Session
from apps.bookings import states
from apps.bookings.minimum import Verdict, judge
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations._cancel_class import call_off
from apps.bookings.operations._cancel_run import call_off_run
from apps.bookings.operations._kept import give_back
from apps.bookings.operations._moves import UNDO_WINDOW, Actor, write_move
from apps.bookings.queries.minimum import Group, find_undecided, group_of_session
from apps.businesses.models import TeamMember


def decide_minimums(*, now: datetime) -> int:
    """Confirm everybody where enough people came together, call off where they did not in time;
    return how many classes, courses and days were decided (R106).

    Where the team answers every request itself nobody is confirmed by this, but too few are called
    off all the same. Each group in a transaction of its own.
    """
    return sum(_decide(group, now=now) for group in find_undecided(now=now))


@transaction.atomic
def _decide(group: Group, *, now: datetime) -> bool:
    booked = _lock_people(group)
    service = group.service
    verdict = judge(
        people=sum(it.party_size for it in booked),
        minimum=service.min_participants,
        starts_at=group.starts_at,
        minutes_before=service.decide_before_minutes,
        now=now,
    )
    if verdict is Verdict.TAKES_PLACE and not service.requires_approval:
        return _confirm(booked, actor=Actor.system(), now=now) > 0
    is_settled = any(it.status == Booking.Status.CONFIRMED for it in booked)
    if verdict is Verdict.CALLED_OFF and not is_settled:
        _call_off(group, booked, reason=_("Not enough people have booked."), now=now)
        return True
    return False


@transaction.atomic
def let_take_place(*, session_id: int, by: TeamMember, now: datetime) -> None:
    """Confirm everybody of a class or of the whole course for the team, however few they are.

    Raises:
        Session.DoesNotExist: not a session of this business.
    """
    sessions = Session.objects.select_related("service", "course_run").exclude(service=None)
    session = sessions.get(pk=session_id, business_id=by.business_id)
    if session.service is not None:
        group = group_of_session(session, session.service)
        _confirm(_lock_people(group), actor=Actor.of(by), now=now)


def _lock_people(group: Group) -> list[Booking]:
    live = (
        Booking.objects.select_for_update(of=("self",))
        .select_related("session", "course_run")
        .filter(group.members, status__in=states.OCCUPYING)
    )
    return list(live.order_by("pk"))


def _confirm(booked: Sequence[Booking], *, actor: Actor, now: datetime) -> int:
    pending = [it for it in booked if it.status == Booking.Status.PENDING]
    for booking in pending:
        states.require_move(booking.status, states.Status.CONFIRMED)
        write_move(
            booking,
            action=BookingEvent.Action.CONFIRMED,
            actor=actor,
            now=now,
            columns={"status": Booking.Status.CONFIRMED.value},
        )
    return len(pending)


def _call_off(group: Group, booked: Sequence[Booking], *, reason: str, now: datetime) -> None:
    actor = Actor.system()
    if group.run is not None:
        call_off_run(group.run, reason=reason, actor=actor, now=now)
    elif group.session_id is not None:
        call_off([group.session_id], reason=reason, actor=actor, now=now)
    else:
        for booking in booked:
            _cancel(booking, reason=reason, actor=actor, now=now)


def _cancel(booking: Booking, *, reason: str, actor: Actor, now: datetime) -> None:
    states.require_move(booking.status, states.Status.CANCELED)
    give_back(booking, now=now)
    write_move(
        booking,
        action=BookingEvent.Action.CANCELED,
        actor=actor,
        now=now,
        reason=reason,
        delay=UNDO_WINDOW,
        columns={"status": Booking.Status.CANCELED.value},
    )
