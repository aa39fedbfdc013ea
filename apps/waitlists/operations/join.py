"""Into a line: for places of a class or a course, or for a time of an appointment (rule B19)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet

from apps.availability import operations as availability
from apps.availability.models import CourseRun, Session
from apps.bookings.joining import Joining, Obstacle, may_join, price_to_join
from apps.bookings.models import Booking, BookingEvent, WaitlistEntry
from apps.bookings.operations.drafts import (
    Visitor,
    When,
    copy_choice,
    draft_at,
    made_before,
    new_draft,
)
from apps.bookings.operations.errors import BookedOften, CustomerBlocked, NotBookable
from apps.bookings.operations.submit import ContactDetails
from apps.bookings.operations.transitions import Actor, insert_in_line, record_transition
from apps.bookings.queries.joinables import (
    has_line,
    join_rules_of,
    joinable_of,
    lead_of,
    line_of,
    wishes_for,
)
from apps.bookings.queries.offered import slot_query
from apps.bookings.queries.rebooking import list_made, rebooking_limit_of, times_of
from apps.bookings.rebooking import may_book_again
from apps.bookings.wishes import Wish, wanted_span
from apps.businesses.models import TeamMember
from apps.catalog.models import Service
from apps.catalog.queries import Choice, is_bookable, is_offered, may_wait_for_a_time, zone_of
from apps.customers.operations import find_or_add_customer
from apps.customers.queries import find_blocked
from apps.kernel.refusals import Refusal
from apps.waitlists.queries import find_times_for


class NotFull(Refusal):
    """There is room: it can be booked at once."""


class TimesAreFree(NotFull):
    """There are times in the wanted hours: starts (UTC), in order."""

    def __init__(self, starts: Sequence[datetime]) -> None:
        super().__init__(f"{len(starts)} free")
        self.starts = tuple(starts)


class CannotWait(Refusal):
    """Waiting makes no sense: it is over, cancelled, too late; joining says why."""

    def __init__(self, joining: Joining) -> None:
        super().__init__(joining.obstacle)
        self.joining = joining


class WishIsOver(Refusal):
    """The last of the wanted days has passed."""


class WishIsClosed(Refusal):
    """Nobody works in the wanted hours, or they cannot be booked yet: nothing would come free."""


class LineIsFull(Refusal):
    """The owner lets no more people wait."""


class AlreadyInLine(Refusal):
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
    """Put somebody at the end of the line of a full class or course: themselves, or the team for
    them (by).

    Their booking has the status WAITING_LIST and takes no place. The same form_key of the team
    does it once.

    Raises:
        NotBookable: the business paused its pages, or the service is not booked online.
        CustomerBlocked: the business blocked this person.
        BookedOften: they have booked it as often as one customer may; the team is not bound.
        NotFull: there is room for them.
        CannotWait: it has begun, is cancelled or not open yet.
        LineIsFull, AlreadyInLine: as their names say.
        BusyTryAgain: too many people want it at this moment.
    """
    if not is_offered(service=choice.service) or (by is None and not has_line(choice.service)):
        raise NotBookable
    _require_welcome(choice, details, by=by, now=now)
    target = availability.lock_target(target=target, now=now)
    if earlier := _made_before(choice, form_key):
        return earlier
    joinable = joinable_of(target, besides=None, now=now)
    rules = join_rules_of(choice.policy)
    _require_reason(may_join(joinable, rules=rules, seats=choice.party_size, now=now))
    _require_room(line_of(target), choice, details)
    price = price_to_join(choice.price, joinable, prorates=choice.service.prorates, now=now)
    booking = draft_at(target, choice=choice, visitor=visitor, now=now)
    booking.session = target if isinstance(target, Session) else None
    booking.course_run = target if isinstance(target, CourseRun) else None
    booking.resource_id = lead_of(target)
    booking.price = price.total
    _write_booking(booking, choice, details, form_key=form_key, now=now)
    return _write_entry(
        booking,
        line_of(target),
        {
            "session_id": booking.session_id,
            "course_run_id": booking.course_run_id,
            "notice_minutes": details.notice_minutes,
        },
        by=by,
        now=now,
    )


@transaction.atomic
def wait_for_time(
    *,
    choice: Choice,
    wish: Wish,
    details: WaitingDetails,
    visitor: Visitor,
    now: datetime,
    by: TeamMember | None = None,
    form_key: str = "",
) -> WaitlistEntry:
    """Put somebody in the line of an appointment: any time on these days, in these hours.

    They do it themselves, or the team for them (by). Their booking has the status WAITING_LIST; its
    session takes no time until one is offered. The same form_key of the team does it once.

    Raises:
        NotBookable: the business paused its pages, or the service is not booked online so.
        CustomerBlocked: the business blocked this person.
        BookedOften: they have booked it as often as one customer may; the team is not bound.
        WishIsOver, WishIsClosed, TimesAreFree, LineIsFull, AlreadyInLine: as their names say.
    """
    service = choice.service
    if not is_bookable(service=service) or not may_wait_for_a_time(service):
        raise NotBookable
    _require_welcome(choice, details, by=by, now=now)
    if form_key:
        _lock_line(service.pk)  # so that two who send the same form come one after the other
        if earlier := _made_before(choice, form_key):
            return earlier
    query = slot_query(choice=choice)
    starts_at, ends_at = wanted_span(wish, zone=zone_of(service=service, location=query.location))
    _require_no_time(choice, wish, ends_at=ends_at, now=now)
    _lock_line(service.pk)
    _require_room(_line_for(choice, wish), choice, details)
    when = When(starts_at, ends_at, query.location)
    booking = new_draft(when, choice=choice, visitor=visitor, now=now)
    booking.session = availability.wish_time(query=query, starts_at=starts_at, ends_at=ends_at)
    booking.resource_id = choice.primary_id
    _write_booking(booking, choice, details, form_key=form_key, now=now)
    line = WaitlistEntry.objects.filter(
        booking__service_id=service.pk, wanted_first_on__isnull=False
    )
    return _write_entry(booking, line, _wanted(wish), by=by, now=now)


def _require_welcome(
    choice: Choice, details: WaitingDetails, *, by: TeamMember | None, now: datetime
) -> None:
    business_id = choice.service.business_id
    if blocked := find_blocked(business_id=business_id, email=details.email, phone=details.phone):
        raise CustomerBlocked(blocked)
    limit = rebooking_limit_of(choice.policy) if by is None else None
    if limit is None:
        return
    made = list_made(
        business_id=business_id,
        service_id=choice.service.pk,
        email=details.email,
        phone=details.phone,
        now=now,
    )
    if not may_book_again(limit, made=times_of(made), now=now).allowed:
        raise BookedOften


def _made_before(choice: Choice, form_key: str) -> WaitlistEntry | None:
    earlier = made_before(form_key, business_id=choice.service.business_id)
    return WaitlistEntry.objects.get(booking=earlier) if earlier else None


def _require_reason(joining: Joining) -> None:
    if joining.is_open:
        raise NotFull
    if joining.obstacle not in {Obstacle.FULL, Obstacle.TOO_MANY}:
        raise CannotWait(joining)


def _require_no_time(choice: Choice, wish: Wish, *, ends_at: datetime, now: datetime) -> None:
    if ends_at <= now:
        raise WishIsOver
    if free := find_times_for(choice=choice, wish=wish, now=now):
        raise TimesAreFree(free)
    if not find_times_for(choice=choice, wish=wish, ignores_bookings=True, now=now):
        raise WishIsClosed


def _lock_line(service_id: int) -> None:
    """One after the other: the line has an order and an end."""
    list(Service.objects.select_for_update(no_key=True).filter(pk=service_id).values_list("pk"))


def _line_for(choice: Choice, wish: Wish) -> QuerySet[WaitlistEntry]:
    return wishes_for(
        service_id=choice.service.pk,
        location_id=choice.location.pk if choice.location else None,
        first_on=wish.first_on,
        last_on=wish.last_on,
    )


def _require_room(line: QuerySet[WaitlistEntry], choice: Choice, details: WaitingDetails) -> None:
    known = line.filter(booking__contact_email=details.email)
    if reference := known.values_list("booking__reference", flat=True).first():
        raise AlreadyInLine(reference)
    if line.count() >= choice.policy.waitlist_capacity:
        raise LineIsFull


def _write_booking(
    booking: Booking, choice: Choice, details: WaitingDetails, *, form_key: str, now: datetime
) -> None:
    """Store a new booking as one that waits, for the person who typed these details."""
    booking.draft_id = form_key or booking.draft_id
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
    copy_choice(booking, choice)


def _wanted(wish: Wish) -> dict[str, Any]:
    return {
        "wanted_first_on": wish.first_on,
        "wanted_last_on": wish.last_on,
        "wanted_from_minute": wish.from_minute,
        "wanted_to_minute": wish.to_minute,
        "notice_minutes": wish.notice_minutes,
    }


def _write_entry(
    booking: Booking,
    line: QuerySet[WaitlistEntry],
    wanted: dict[str, Any],
    *,
    by: TeamMember | None,
    now: datetime,
) -> WaitlistEntry:
    """Stand last in a line, for what is wanted, and begin the history; its customer is told."""
    last = line.aggregate(last=Max("rank"))["last"] or 0
    entry = WaitlistEntry.objects.create(
        business_id=booking.business_id,
        booking=booking,
        people=booking.party_size,
        rank=last + 1,
        joined_at=now,
        **wanted,
    )
    record_transition(
        booking,
        action=BookingEvent.Action.WAITLISTED,
        actor=Actor.of(by),
        now=now,
        columns={"status": Booking.Status.WAITING_LIST.value},
    )
    return entry
