from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.availability import operations as availability
from apps.availability.models import CourseRun, Session
from apps.bookings.models import Booking, BookingEvent, WaitlistEntry
from apps.bookings.operations._errors import StaleRevision
from apps.bookings.operations._moves import UNDO_WINDOW, Actor, write_move
from apps.bookings.queries.attending import Seen, people_seen, sessions_seen
from apps.businesses.models import TeamMember
from apps.web.formatting import format_datetime, zone_label

EXPECTED = ("PENDING", "CONFIRMED")
LIVE = (*EXPECTED, "WAITING_LIST")


@transaction.atomic
def cancel_course_date(
    *, session_id: int, seen: Seen, reason: str, by: TeamMember, now: datetime
) -> None:
    """Let one date of a course not take place; whoever is enrolled stays so and is told. seen is
    what the page showed (``seen_of_date``).

    Raises:
        Session.DoesNotExist: not a session of a course of this business.
        StaleRevision: somebody enrolled, left or changed a date meanwhile.
        BusyTryAgain: the lock did not come in time.
    """
    session = Session.objects.select_related("business", "location").get(
        pk=session_id, business_id=by.business_id, kind=Session.Kind.COURSE
    )
    booked = _lock(session.course_run_id or 0, EXPECTED)
    if Seen(people_seen(booked), sessions_seen([session])) != seen:
        raise StaleRevision
    availability.cancel_sessions(session_ids=[session.pk], reason=reason, now=now)
    when = _when(session)
    words = _("%(when)s does not take place. %(reason)s") % {"when": when, "reason": reason}
    for booking in booked:
        write_move(
            booking,
            action=BookingEvent.Action.MESSAGED,
            actor=Actor.of(by),
            now=now,
            reason=words,
            columns={},
        )


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
    """
    booked = _lock(run.pk, LIVE)
    availability.cancel_course_run(course_run_id=run.pk, reason=reason, now=now)
    availability.release_run_seats(course_run_id=run.pk, now=now)
    WaitlistEntry.objects.filter(course_run=run).exclude(state="ENROLLED").update(state="LEFT")
    for booking in booked:
        write_move(
            booking,
            action=BookingEvent.Action.CANCELED,
            actor=actor,
            now=now,
            reason=reason,
            delay=UNDO_WINDOW,
            columns={"status": Booking.Status.CANCELED.value},
        )


def _lock(course_run_id: int, statuses: Sequence[str]) -> list[Booking]:
    """Lock all bookings of a run, drafts that are being submitted too; return those of these."""
    booked = Booking.objects.select_for_update(of=("self",)).filter(course_run_id=course_run_id)
    return [it for it in booked.order_by("pk") if it.status in statuses]
