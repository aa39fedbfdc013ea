"""How a booking that is over came to its end, and who lost theirs with a class that was called
off."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.availability.models import CourseRun, Session
from apps.bookings.models import DECIDES_NOTHING, Booking, BookingEvent

ENDED = (Booking.Status.CANCELED, Booking.Status.DECLINED)
ENDINGS = (
    BookingEvent.Action.CANCELED,
    BookingEvent.Action.DECLINED,
    BookingEvent.Action.LAPSED,
)


@dataclass(frozen=True, slots=True)
class Ending:
    """by is who ended it (BookingEvent.Actor), reason why, in the words its customer was sent; ""
    where none were. is_called_off: what was booked does not take place for anybody."""

    by: str
    reason: str
    is_called_off: bool


def ending_of(*, booking: Booking) -> Ending | None:
    """How it ended; None of a booking that did not, and of one that is only over."""
    if booking.status not in ENDED:
        return None
    last = booking.history.filter(action__in=ENDINGS).order_by("-pk").first()
    if last is None:
        return None
    return Ending(by=last.actor, reason=last.reason, is_called_off=is_called_off(booking))


def was_cancelled_by_customer(*, booking: Booking) -> bool:
    """Whether a booking is cancelled, and by its customer."""
    ending = ending_of(booking=booking)
    return (
        ending is not None
        and booking.status == Booking.Status.CANCELED
        and ending.by == BookingEvent.Actor.CUSTOMER
    )


def own_cancellation_of(*, booking: Booking) -> BookingEvent | None:
    """The line of history in which its customer cancelled a booking, as long as nothing happened
    since that decides about it; None where they did not, or where something has. One query."""
    last = booking.history.exclude(action__in=DECIDES_NOTHING).order_by("-pk").first()
    is_own = (
        last is not None
        and last.action == BookingEvent.Action.CANCELED
        and last.actor == BookingEvent.Actor.CUSTOMER
    )
    return last if is_own else None


def is_called_off(booking: Booking) -> bool:
    """Whether the class or the course that was booked does not take place for anybody."""
    if booking.course_run is not None:
        return booking.course_run.state == CourseRun.State.CANCELED
    if booking.kind != Session.Kind.CLASS or booking.session is None:
        return False
    return booking.session.state == Session.State.CANCELED


def find_called_off(*, session: Session) -> QuerySet[Booking]:
    """The bookings that were cancelled together with this session of a class, or with the run of a
    course it belongs to, oldest first; not those that were cancelled before."""
    whole = Session.objects.filter(pk=session.pk)
    booked = Q(session_id=session.pk, kind=Session.Kind.CLASS)
    if session.course_run_id is not None:
        whole = Session.objects.filter(course_run_id=session.course_run_id)
        booked = Q(course_run_id=session.course_run_id)
    reasons = whole.filter(state=Session.State.CANCELED).values("canceled_reason")
    events = BookingEvent.objects.filter(
        booking=OuterRef("pk"), action=BookingEvent.Action.CANCELED, reason__in=reasons
    ).exclude(actor=BookingEvent.Actor.CUSTOMER)
    found = Booking.objects.filter(booked, Exists(events), status=Booking.Status.CANCELED)
    return found.filter(business_id=session.business_id).order_by("pk")
