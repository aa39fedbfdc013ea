from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.availability.models import Session
from apps.bookings import states
from apps.bookings.minimum import Verdict, judge
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations._cancel_class import call_off
from apps.bookings.operations._moves import Actor, write_move
from apps.bookings.queries.minimum import find_undecided
from apps.businesses.models import TeamMember

BATCH = 200


def decide_minimums(*, now: datetime) -> int:
    """Confirm everybody where enough people came together, call off where they did not in time;
    return how many classes were decided (R106). Each in a transaction of its own."""
    return sum(_decide(pk, now=now) for pk in find_undecided(now=now, most=BATCH))


@transaction.atomic
def _decide(session_id: int, *, now: datetime) -> bool:
    session = Session.objects.select_related("service").get(pk=session_id)
    booked = _lock_people(session_id)
    service = session.service
    if service is None:
        return False
    verdict = judge(
        people=sum(it.party_size for it in booked),
        minimum=service.min_participants,
        starts_at=session.starts_at,
        minutes_before=service.decide_before_minutes,
        now=now,
    )
    if verdict is Verdict.TAKES_PLACE:
        _confirm(booked, actor=Actor.system(), now=now)
    if verdict is Verdict.CALLED_OFF:
        reason = _("Not enough people have booked.")
        call_off([session_id], reason=reason, actor=Actor.system(), now=now)
    return verdict is not Verdict.WAIT


@transaction.atomic
def let_take_place(*, session_id: int, by: TeamMember, now: datetime) -> None:
    """Confirm everybody of a class for the team, however few they are.

    Raises:
        Session.DoesNotExist: not a session of this business.
    """
    session = Session.objects.get(pk=session_id, business_id=by.business_id)
    _confirm(_lock_people(session.pk), actor=Actor.of(by), now=now)


def _lock_people(session_id: int) -> list[Booking]:
    live = Booking.objects.select_for_update(of=("self",)).filter(
        session_id=session_id, status__in=states.OCCUPYING
    )
    return list(live.order_by("pk"))


def _confirm(booked: list[Booking], *, actor: Actor, now: datetime) -> None:
    for booking in booked:
        if booking.status != Booking.Status.PENDING:
            continue
        states.require_move(booking.status, states.Status.CONFIRMED)
        write_move(
            booking,
            action=BookingEvent.Action.CONFIRMED,
            actor=actor,
            now=now,
            columns={"status": Booking.Status.CONFIRMED.value},
        )
