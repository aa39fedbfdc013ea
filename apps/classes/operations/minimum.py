"""Confirm or call off classes, courses and days that need a minimum of people (rule B16)."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from apps.availability import operations as availability
from apps.availability.models import Session
from apps.availability.operations import IsDecided, SlotTaken
from apps.bookings import states
from apps.bookings.deadlines import Verdict, judge_minimum
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations.decide import confirm_asked_time
from apps.bookings.operations.errors import DoesNotFit
from apps.bookings.operations.transitions import (
    Actor,
    record_cancellation,
    record_transition,
    release_booking,
)
from apps.bookings.queries.minimum import (
    MinimumGroup,
    Progress,
    group_of_session,
    is_answered_anew,
    progress_of,
)
from apps.bookings.queries.requests import by_age, is_for_people
from apps.bookings.queries.undecided import find_undecided, read_again, starts_now
from apps.businesses.models import TeamMember
from apps.catalog.models import Service
from apps.catalog.queries import choose
from apps.classes.operations.cancel import call_off, call_off_run
from apps.outbox.sweeping import each


def decide_minimums(*, now: datetime) -> int:
    """Confirm everybody where enough people came together, call off where they did not in time;
    return how many classes, courses and days were decided (rule B16).

    Who was told that the team answers is not confirmed by this, but too few are called off all the
    same. Each group in a transaction of its own; one in which somebody is booking at
    this moment waits for the next look, and keeps no other waiting.
    """
    return each(find_undecided(now=now), partial(_decide, now=now))


@transaction.atomic
def _decide(listed: MinimumGroup, *, now: datetime) -> bool:
    """What was listed may have moved, or need other people, until its own were locked: it is judged
    as it is then."""
    booked = _lock_people(listed)
    group = read_again(listed)
    progress = progress_of(group, now=now)
    if group is None or progress is None:
        return False
    verdict = _verdict(group, progress, now=now)
    for_people = [it for it in booked if is_for_people(it)]
    if for_people and (progress.is_settled or verdict is Verdict.TAKES_PLACE):
        return _confirm(group, for_people, actor=Actor.system(), now=now) > 0
    if verdict is Verdict.CALLED_OFF and not progress.is_settled:
        return not _may_take_back(group, now=now) and _call_off(group, booked, now=now)
    return False


def _verdict(group: MinimumGroup, progress: Progress, *, now: datetime) -> Verdict:
    return judge_minimum(
        people=progress.people,
        minimum=progress.minimum,
        starts_at=group.starts_at,
        minutes_before=group.service.decide_before_minutes,
        now=now,
    )


def _may_take_back(group: MinimumGroup, *, now: datetime) -> bool:
    """Whether an answer of the team may still be taken back: until then it settles nothing, and
    nobody is called off because of it (rule B11)."""
    return Booking.objects.filter(is_answered_anew(now), group.members).exists()


@transaction.atomic
def let_take_place(*, session_id: int, by: TeamMember, now: datetime) -> None:
    """Decide for the team that a class, the whole course or an appointment's day takes place,
    however few come, and confirm everybody of it. Who wants a time that somebody else has stays a
    request.

    The word is kept: whoever comes later waits for nobody, and nothing is called off because all
    who were there have left (rule B16). Who books at this moment is confirmed by the next look of
    the worker. Where no minimum is needed nothing is decided, and nobody is confirmed.

    Raises:
        Session.DoesNotExist: not a session of this business.
        BusyTryAgain: the lock did not come in time.
    """
    sessions = Session.objects.select_related("service", "course_run").exclude(service=None)
    session = sessions.get(pk=session_id, business_id=by.business_id)
    if session.service is not None and session.service.min_participants:
        group = group_of_session(session, session.service)
        booked = _lock_people(group)
        _record_decision(group, session, now=now)
        _confirm(group, booked, actor=Actor.of(by), now=now)


def _record_decision(group: MinimumGroup, session: Session, *, now: datetime) -> None:
    """After the people, as wherever they and what they booked are locked (rule C2)."""
    if group.on is not None:
        availability.decide_day(
            service=group.service, location=group.location, on=group.on, now=now
        )
    else:
        availability.decide_target(target=session.course_run or session, now=now)


def _lock_people(group: MinimumGroup) -> list[Booking]:
    live = (
        Booking.objects.select_for_update(of=("self",))
        .select_related("business", "service__business", "location", "session", "course_run")
        .filter(group.members, status__in=states.OCCUPYING)
    )
    return list(live.order_by("pk"))


def _confirm(group: MinimumGroup, booked: Sequence[Booking], *, actor: Actor, now: datetime) -> int:
    """Confirm who waits, first come first; return how many. Several may have asked for one time
    before it was kept for anybody: it goes to the first of them whom it fits, and the others stay
    before the team.
    """
    pending = [it for it in booked if it.status == Booking.Status.PENDING]
    asked = _without_time(pending)
    if asked:
        availability.lock_resources(resource_ids=_eligible(group.service, booked=pending))
    fitting = [it for it in sorted(pending, key=by_age) if it.pk not in asked or _got_time(it, now)]
    for booking in fitting:
        _write(booking, actor=actor, now=now)
    return len(fitting)


def _without_time(pending: Sequence[Booking]) -> set[int]:
    """Which of these locked requests keep no time yet; read after the lock, and not with it."""
    asked = Session.objects.filter(
        pk__in=[it.session_id for it in pending if it.seating_id is None],
    ).exclude(state=Session.State.SCHEDULED)
    return set(Booking.objects.filter(session__in=asked).values_list("pk", flat=True))


def _eligible(service: Service, *, booked: Sequence[Booking]) -> set[int]:
    """Everybody and everything that could be taken: locked at once, so that one request after the
    other can be looked at without another order of locks (rule C2)."""
    able = {pk for _type, ids in choose(service=service).requirements for pk in ids}
    return able | {it.resource_id for it in booked if it.resource_id is not None}


def _got_time(booking: Booking, now: datetime) -> bool:
    """Take the time of a request if it is free; whatever was begun in vain is undone."""
    try:
        with transaction.atomic():
            confirm_asked_time(booking, now=now)
    except (DoesNotFit, SlotTaken):
        return False
    return True


def _write(booking: Booking, *, actor: Actor, now: datetime) -> None:
    record_transition(
        booking,
        action=BookingEvent.Action.CONFIRMED,
        actor=actor,
        now=now,
        columns={
            "status": Booking.Status.CONFIRMED.value,
            "resource_id": booking.resource_id,
        },
    )


def _call_off(group: MinimumGroup, booked: Sequence[Booking], *, now: datetime) -> bool:
    """Tell whether it was called off: not where the team decides otherwise at this moment, or moves
    it."""
    actor, reason = Actor.system(), _("Not enough people have booked.")
    try:
        with transaction.atomic():
            if group.run is not None:
                call_off_run(group.run, reason=reason, actor=actor, now=now)
            elif group.session_id is not None:
                call_off([group.session_id], reason=reason, actor=actor, now=now)
            _require_unmoved(group)
    except (IsDecided, _Moved):
        return False
    if group.on is not None:
        for booking in booked:
            release_booking(booking, now=now)
            record_cancellation(booking, actor=actor, reason=reason, now=now)
    return True


class _Moved(Exception):
    """It was moved before it was locked."""


def _require_unmoved(group: MinimumGroup) -> None:
    """Asked at the end: a class or a course is locked after its people and its rooms (rule C2)."""
    if group.on is None and starts_now(group) != group.starts_at:
        raise _Moved
