"""Who has booked a class or a course, and what a page showed of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Q, QuerySet

from apps.availability.models import Session
from apps.bookings.models import Booking
from apps.kernel.references import digest_of

LIVE = (Booking.Status.PENDING, Booking.Status.CONFIRMED)
TOLD = (*LIVE, Booking.Status.WAITING_LIST)
"""Whoever hears of it when a class or a course does not take place."""


def find_attending(*, business_id: int, session_id: int) -> QuerySet[Booking]:
    """The live bookings of a class session, or of the course run it belongs to, oldest first."""
    run = Session.objects.filter(pk=session_id, course_run__isnull=False).values("course_run_id")
    return (
        Booking.objects.filter(business_id=business_id, status__in=LIVE)
        .exclude(kind="APPOINTMENT")
        .filter(Q(session_id=session_id) | Q(course_run_id__in=run))
        .order_by("pk")
    )


class Scope(StrEnum):
    """How much of a series is meant."""

    THIS = "THIS"
    LATER = "LATER"
    ALL = "ALL"


def sessions_in(*, session: Session, scope: Scope, now: datetime) -> list[int]:
    """The ids of the sessions that are meant, in order of their keys; none that is over."""
    if scope is Scope.THIS or session.series_id is None:
        return [session.pk]
    ahead = Session.objects.filter(
        series_id=session.series_id, state=Session.State.SCHEDULED, ends_at__gt=now
    )
    if scope is Scope.LATER:
        ahead = ahead.filter(starts_at__gte=session.starts_at)
    return list(ahead.order_by("pk").values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page showed before sessions are cancelled or changed, as digests: who is booked or
    waits, and which sessions are meant, as they stand."""

    people: str
    sessions: str


def people_seen(bookings: Iterable[Booking]) -> str:
    """The digest of these bookings: which they are, how they stand, and for how many."""
    return digest_of((it.pk, str(it.status), it.party_size) for it in bookings)


def sessions_seen(sessions: Iterable[Session]) -> str:
    """The digest of these sessions as they stand."""
    return digest_of((it.pk, it.revision) for it in sessions)


def told_of_class(session_ids: Sequence[int]) -> QuerySet[Booking]:
    """The bookings of class sessions that hear of a change."""
    return Booking.objects.filter(session_id__in=session_ids, kind="CLASS", status__in=TOLD)


def told_of_run(course_run_id: int, *, whole: bool) -> QuerySet[Booking]:
    """The bookings that hear of it when one date of a course, or all of it, is cancelled."""
    found = Booking.objects.filter(course_run_id=course_run_id)
    return found.filter(status__in=TOLD if whole else LIVE)


def session_of_day(*, booking: Booking, now: datetime) -> Session | None:
    """The class that a booking is for, or the date of its course that is on now or comes next; None
    for an appointment, and for a course that is over. At most one query."""
    if booking.course_run_id is None:
        return booking.session if booking.kind == "CLASS" else None
    ahead = Session.objects.filter(
        course_run_id=booking.course_run_id, state=Session.State.SCHEDULED, ends_at__gt=now
    )
    return ahead.order_by("starts_at", "pk").first()


def other_dates(session: Session) -> QuerySet[Session]:
    """The other dates of a course that take place, or took place."""
    dates = Session.objects.filter(
        course_run_id=session.course_run_id, state=Session.State.SCHEDULED
    )
    return dates.exclude(pk=session.pk)


def seen_of_class(*, session: Session, scope: Scope, now: datetime) -> Seen:
    """What is seen of a class before this much of it is changed or cancelled."""
    ids = sessions_in(session=session, scope=scope, now=now)
    return Seen(people_seen(told_of_class(ids)), sessions_seen(Session.objects.filter(pk__in=ids)))


def seen_of_date(*, session: Session) -> Seen:
    """What is seen of one date of a course before it is cancelled."""
    people = people_seen(told_of_run(session.course_run_id or 0, whole=False))
    return Seen(people, sessions_seen(Session.objects.filter(pk=session.pk)))


def seen_of_run(*, course_run_id: int) -> Seen:
    """What is seen of a course before all of it is cancelled."""
    dates = Session.objects.filter(course_run_id=course_run_id)
    return Seen(people_seen(told_of_run(course_run_id, whole=True)), sessions_seen(dates))
