"""Cancel sessions of a class, a date of a course or a whole run, with everybody who booked."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.availability import operations as availability
from apps.availability.models import CourseRun, Session
from apps.bookings.models import Booking, BookingEvent, WaitlistEntry
from apps.bookings.operations.amend import columns_of
from apps.bookings.operations.errors import StaleRevision
from apps.bookings.operations.transitions import Actor, record_cancellation, record_transition
from apps.bookings.queries.joinables import first_date, lead_of
from apps.businesses.models import TeamMember
from apps.classes.queries.attending import (
    Scope,
    Seen,
    other_dates,
    people_seen,
    sessions_in,
    sessions_seen,
)
from apps.web.formatting import format_datetime, zone_label

LIVE = ("PENDING", "CONFIRMED", "WAITING_LIST")
EXPECTED = ("PENDING", "CONFIRMED")


@transaction.atomic
def cancel_class(
    *,
    session_id: int,
    scope: Scope,
    seen: Seen,
    reason: str,
    by: TeamMember,
    now: datetime,
) -> list[Booking]:
    """Let sessions of a class not take place: everybody booked is cancelled and told.

    seen is what the page showed of this scope (``seen_of_class``): who is told, and what does not
    take place, must be what was read.

    Raises:
        Session.DoesNotExist: not a session of this business.
        StaleRevision: somebody booked, left or changed one of them meanwhile.
        BusyTryAgain: the lock did not come in time.
    """
    session = Session.objects.get(pk=session_id, business_id=by.business_id)
    ids = sessions_in(session=session, scope=scope, now=now)
    now_there = sessions_seen(Session.objects.filter(pk__in=ids))
    if Seen(people_seen(lock_live(ids)), now_there) != seen:
        raise StaleRevision
    return call_off(ids, reason=reason, actor=Actor.of(by), now=now)


def lock_live(session_ids: Sequence[int]) -> list[Booking]:
    """Lock the bookings of these sessions in the order of their keys; return those that live."""
    booked = (
        Booking.objects.select_for_update(of=("self",))
        .select_related("service__business")
        .filter(session_id__in=session_ids, kind="CLASS")
    )
    return [it for it in booked.order_by("pk") if it.status in LIVE]


def call_off(ids: Sequence[int], *, reason: str, actor: Actor, now: datetime) -> list[Booking]:
    """Cancel sessions with everybody who booked or waits; inside the caller's transaction.

    Lock order: bookings, then sessions. A draft that is submitted meanwhile finds its seats
    released and the session cancelled.

    Raises:
        IsDecided: the system would, and the team said that one of them takes place.
    """
    live = lock_live(ids)
    availability.cancel_sessions(
        session_ids=ids, reason=reason, unless_decided=actor == Actor.system(), now=now
    )
    availability.release_all_seats(session_ids=ids, now=now)
    WaitlistEntry.objects.filter(session_id__in=ids).exclude(state="ENROLLED").update(state="LEFT")
    for booking in live:
        record_cancellation(booking, actor=actor, reason=reason, now=now)
    return live


@transaction.atomic
def cancel_course_date(
    *, session_id: int, seen: Seen, reason: str, by: TeamMember, now: datetime
) -> None:
    """Let one date of a course not take place; whoever is enrolled stays so and is told. seen is
    what the page showed (``seen_of_date``).

    Where it was the first date, the course and everything that counts from its start begin with the
    next one; where it was the only one left, the course is called off (rule B15).

    Raises:
        Session.DoesNotExist: not a session of a course of this business.
        StaleRevision: somebody enrolled, left or changed a date meanwhile.
        BusyTryAgain: the lock did not come in time.
    """
    session = Session.objects.select_related("business", "location", "course_run").get(
        pk=session_id, business_id=by.business_id, kind=Session.Kind.COURSE
    )
    run, actor = session.course_run, Actor.of(by)
    if run is None:
        raise Session.DoesNotExist
    live = _lock(run.pk, LIVE)
    availability.lock_target(target=run, now=now)
    session.refresh_from_db(fields=["revision"])
    booked = [it for it in live if it.status in EXPECTED]
    if Seen(people_seen(booked), sessions_seen([session])) != seen:
        raise StaleRevision
    if not other_dates(session).exists():
        call_off_run(run, reason=reason, actor=actor, now=now)
        return
    began = run.starts_at
    run = availability.cancel_course_date(session_id=session.pk, reason=reason, now=now)
    begins = first_date(run) if run.starts_at != began else None
    words = _words(session, begins=begins, reason=reason)
    for booking in live if begins else booked:
        record_transition(
            booking,
            action=BookingEvent.Action.MESSAGED,
            actor=actor,
            now=now,
            reason=words,
            columns=columns_of(booking, run, lead_id=lead_of(run)),
        )


def _words(session: Session, *, begins: Session | None, reason: str) -> str:
    """What whoever is enrolled, or waits, is told; begins is the first date where it is another."""
    words = _("%(when)s has been cancelled. %(reason)s")
    gone = words % {"when": _when(session), "reason": reason}
    if begins is None:
        return gone
    return f"{gone} " + _("The course now starts on %(when)s.") % {"when": _when(begins)}


def _when(session: Session) -> str:
    """By the clock of its place, which is named where it is not the business's."""
    zone, business = session.zone, session.business
    when = format_datetime(session.starts_at, zone=zone, locale=business.locale)
    if zone == business.zone:
        return when
    return f"{when} ({zone_label(zone.key, locale=business.locale)})"


@transaction.atomic
def cancel_run(
    *, course_run_id: int, seen: Seen, reason: str, by: TeamMember, now: datetime
) -> None:
    """Let a run of a course not take place: its dates to come, its enrolments, its line. seen is
    what the page showed (``seen_of_run``).

    Raises:
        CourseRun.DoesNotExist: not a run of this business.
        StaleRevision: somebody enrolled, left or changed a date meanwhile.
        BusyTryAgain: the lock did not come in time.
    """
    run = CourseRun.objects.get(pk=course_run_id, business_id=by.business_id)
    people = people_seen(_lock(run.pk, LIVE))
    if Seen(people, sessions_seen(run.sessions.all())) != seen:
        raise StaleRevision
    call_off_run(run, reason=reason, actor=Actor.of(by), now=now)


def call_off_run(run: CourseRun, *, reason: str, actor: Actor, now: datetime) -> None:
    """Cancel a run with everybody who is enrolled or waits; inside the caller's transaction.

    A draft that is submitted meanwhile finds its seats released and the run cancelled.

    Raises:
        IsDecided: the system would, and the team said that it takes place.
    """
    booked = _lock(run.pk, LIVE)
    availability.cancel_course_run(
        course_run_id=run.pk, reason=reason, unless_decided=actor == Actor.system(), now=now
    )
    availability.release_run_seats(course_run_id=run.pk, now=now)
    WaitlistEntry.objects.filter(course_run=run).exclude(state="ENROLLED").update(state="LEFT")
    for booking in booked:
        record_cancellation(booking, actor=actor, reason=reason, now=now)


def _lock(course_run_id: int, statuses: Sequence[str]) -> list[Booking]:
    """Lock all bookings of a run, drafts that are being submitted too; return those of these."""
    booked = Booking.objects.select_for_update(of=("self",)).filter(course_run_id=course_run_id)
    return [it for it in booked.order_by("pk") if it.status in statuses]
