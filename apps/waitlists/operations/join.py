from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from apps.availability import operations as availability
from apps.availability.models import CourseRun, Session
from apps.bookings.joining import Joining, Obstacle, may_join, price_to_join
from apps.bookings.models import Booking, BookingEvent, WaitlistEntry
from apps.bookings.operations._details import ContactDetails
from apps.bookings.operations._drafts import Visitor, copy_choice, draft_at, made_before
from apps.bookings.operations._errors import NotBookable, NotWelcome
from apps.bookings.operations._moves import Actor, insert_in_line, write_move
from apps.bookings.queries.gatherings import gathering_of, join_rules_of, lead_of
from apps.bookings.queries.lines import has_line, line_of
from apps.businesses.models import TeamMember
from apps.catalog.queries import Choice, is_offered
from apps.customers.operations import find_or_add_customer
from apps.customers.queries import find_blocked


class NotFull(Exception):
    """There is room: it can be booked at once."""


class CannotWait(Exception):
    """Waiting makes no sense: it is over, cancelled, too late; joining says why."""

    def __init__(self, joining: Joining) -> None:
        super().__init__(joining.obstacle)
        self.joining = joining


class LineIsFull(Exception):
    """The owner lets no more people wait."""


class AlreadyInLine(Exception):
    """This address waits here already; reference is that of its booking."""

    def __init__(self, reference: str) -> None:
        super().__init__(reference)
        self.reference = reference


@dataclass(frozen=True, slots=True)
class WaitingDetails(ContactDetails):
    """Who waits; notice_minutes before the start they must know."""

    notice_minutes: int = 0


@transaction.atomic
def join_waitlist(
    *,
    choice: Choice,
    target: Session | CourseRun,
    details: WaitingDetails,
    visitor: Visitor,
    now: datetime,
    by: TeamMember | None = None,
    form_key: str = "",
) -> WaitlistEntry:
    """Put somebody at the end of the line of a full class or course (rule B19): themselves, or the
    team for them (by).

    Their booking has the status WAITING_LIST and takes no place. The same form_key of the team
    does it once.

    Raises:
        NotBookable: the business paused its pages, or the service is not booked online.
        NotWelcome: the business blocked this person.
        NotFull: there is room for them.
        CannotWait: it has begun, is cancelled or not open yet.
        LineIsFull, AlreadyInLine: as their names say.
        BusyTryAgain: too many people want it at this moment.
    """
    if not is_offered(service=choice.service) or (by is None and not has_line(choice.service)):
        raise NotBookable
    business_id = choice.service.business_id
    if blocked := find_blocked(business_id=business_id, email=details.email, phone=details.phone):
        raise NotWelcome(blocked)
    target = availability.lock_target(target=target, now=now)
    if earlier := made_before(form_key, business_id=business_id):
        return WaitlistEntry.objects.get(booking=earlier)
    gathering = gathering_of(target, besides=None, now=now)
    joining = may_join(
        gathering, rules=join_rules_of(choice.policy), seats=choice.party_size, now=now
    )
    _require_reason(joining)
    _require_room_in_line(target, details.email, most=choice.policy.waitlist_capacity)
    price = price_to_join(choice.price, gathering, prorates=choice.service.prorates, now=now)
    booking = _write_booking(
        target,
        price.total,
        choice=choice,
        details=details,
        visitor=visitor,
        form_key=form_key,
        now=now,
    )
    return _write_entry(booking, target, notice_minutes=details.notice_minutes, by=by, now=now)


def _require_reason(joining: Joining) -> None:
    if joining.is_open:
        raise NotFull
    if joining.obstacle not in {Obstacle.FULL, Obstacle.TOO_MANY}:
        raise CannotWait(joining)


def _require_room_in_line(target: Session | CourseRun, email: str, *, most: int) -> None:
    line = line_of(target)
    known = line.filter(booking__contact_email=email).values_list("booking__reference", flat=True)
    if reference := known.first():
        raise AlreadyInLine(reference)
    if line.count() >= most:
        raise LineIsFull


def _write_booking(
    target: Session | CourseRun,
    price: int | None,
    *,
    choice: Choice,
    details: WaitingDetails,
    visitor: Visitor,
    form_key: str,
    now: datetime,
) -> Booking:
    booking = draft_at(target, choice=choice, visitor=visitor, now=now)
    booking.draft_id = form_key or booking.draft_id
    booking.session = target if isinstance(target, Session) else None
    booking.course_run = target if isinstance(target, CourseRun) else None
    booking.resource_id = lead_of(target)
    booking.price = price
    put_in_line(booking, details=details, now=now)
    copy_choice(booking, choice)
    return booking


def put_in_line(booking: Booking, *, details: WaitingDetails, now: datetime) -> None:
    """Store a new booking as one that waits, for the person who typed these details."""
    booking.payment_status = Booking.PaymentStatus.NOT_PAID
    booking.contact_name = details.name
    booking.contact_email = details.email
    booking.contact_phone = details.phone
    booking.visit_address = details.visit_address
    booking.customer = find_or_add_customer(
        business_id=booking.business_id,
        name=details.name,
        email=details.email,
        phone=details.phone,
        now=now,
    )
    insert_in_line(booking)


def _write_entry(
    booking: Booking,
    target: Session | CourseRun,
    *,
    notice_minutes: int,
    by: TeamMember | None,
    now: datetime,
) -> WaitlistEntry:
    last = line_of(target).aggregate(last=Max("rank"))["last"] or 0
    entry = WaitlistEntry.objects.create(
        business_id=booking.business_id,
        booking=booking,
        session_id=booking.session_id,
        course_run_id=booking.course_run_id,
        people=booking.party_size,
        notice_minutes=notice_minutes,
        rank=last + 1,
        joined_at=now,
    )
    write_joining(booking, by=by, now=now)
    return entry


def write_joining(booking: Booking, *, by: TeamMember | None, now: datetime) -> None:
    """Begin the history of a booking that waits; its customer is told."""
    write_move(
        booking,
        action=BookingEvent.Action.WAITLISTED,
        actor=Actor.of(by),
        now=now,
        columns={"status": Booking.Status.WAITING_LIST.value},
    )
