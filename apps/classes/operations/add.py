from datetime import datetime

from django.db import transaction

from apps.availability import operations as availability
from apps.availability.models import CourseRun, Session
from apps.bookings.deadlines import decides_at
from apps.bookings.joining import may_join, price_to_join
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations.drafts import Visitor, copy_choice, draft_at, made_before
from apps.bookings.operations.errors import CannotJoin, NotBookable, TooManyPeople
from apps.bookings.operations.submit import ContactDetails, asked
from apps.bookings.operations.transitions import Actor, lock_booking, record_transition
from apps.bookings.queries.joinables import (
    has_room_for,
    join_rules_of,
    joinable_of,
    lead_of,
    takes_more,
)
from apps.bookings.queries.minimum import lacking
from apps.businesses.models import TeamMember
from apps.catalog.queries import Choice, UnknownChoice, choose, is_offered
from apps.customers.operations import find_or_add_customer
from apps.kernel.refusals import Refusal


@transaction.atomic
def add_booking(
    *,
    choice: Choice,
    target: Session | CourseRun,
    details: ContactDetails,
    by: TeamMember,
    now: datetime,
    form_key: str = "",
) -> Booking:
    """Put somebody into a class or a course for the team, confirmed and told by mail. The same
    form_key does it once.

    Where it is not decided yet that it takes place, and too few would come with them, they wait for
    more people like everybody there (rule B16).

    Places count, the limits of the policy do not: whoever stands at the door is not too late.

    Raises:
        NoSeats: there are not so many places, or it does not take place.
        BusyTryAgain: the lock did not come in time.
    """
    target = availability.lock_target(target=target, now=now)
    if earlier := made_before(form_key, business_id=by.business_id):
        return earlier
    joinable = joinable_of(target, besides=None, now=now, seats_left=0)
    price = price_to_join(choice.price, joinable, prorates=choice.service.prorates, now=now)
    waits = lacking(target, choice.service, now=now) > choice.party_size
    seating = availability.seat(target=target, seats=choice.party_size, expires_at=None)
    booking = draft_at(target, choice=choice, visitor=Visitor("", "", ""), now=now)
    booking.draft_id = form_key or booking.draft_id
    booking.session = target if isinstance(target, Session) else None
    booking.course_run = target if isinstance(target, CourseRun) else None
    booking.seating = seating
    booking.resource_id = lead_of(target)
    booking.source = Booking.Source.OWNER
    booking.created_by_id = by.user_id
    booking.save(force_insert=True)
    copy_choice(booking, choice)
    availability.take_seats(seating=seating, now=now)
    _write(booking, price.total, details, waits=waits, by=by, now=now)
    return booking


def _write(
    booking: Booking,
    price: int | None,
    details: ContactDetails,
    *,
    waits: bool,
    by: TeamMember,
    now: datetime,
) -> None:
    customer = find_or_add_customer(
        business_id=booking.business_id,
        name=details.name,
        email=details.email,
        phone=details.phone,
        now=now,
    )
    free = Booking.PaymentStatus.EXEMPT if price == 0 else Booking.PaymentStatus.NOT_PAID
    record_transition(
        booking,
        action=BookingEvent.Action.REQUESTED if waits else BookingEvent.Action.BOOKED,
        actor=Actor.of(by),
        now=now,
        columns={
            "status": (Booking.Status.PENDING if waits else Booking.Status.CONFIRMED).value,
            **asked(booking, _decides_at(booking) if waits else None, now=now),
            "customer": customer,
            "contact_name": details.name,
            "contact_email": details.email,
            "price": price,
            "payment_status": free.value,
            "payment_option": Booking.PaymentOption.OFFLINE.value,
        },
    )


def _decides_at(booking: Booking) -> datetime:
    minutes = booking.service.decide_before_minutes
    return decides_at(starts_at=booking.starts_at, minutes_before=minutes)


class NotComing(Refusal):
    """The booking has no places that could become more: cancelled, waiting, an appointment."""


@transaction.atomic
def add_people(
    *, booking: Booking, more: int, now: datetime, seen_people: int | None = None
) -> Booking:
    """Let more people come on the same booking, instead of booking the same class again (rule B17).

    Whoever was booked already keeps their price, the others come at that of today; who was told is
    told once more. seen_people is how many came on it when the page was made: once they are more,
    whoever sends the page again has them already, and nothing changes.

    Raises:
        NotComing: there is nothing to add to, or its people were booked by priced kinds, or were
            paid for: more of them are another booking. So they are where the team says yes first.
        NotBookable: customers cannot book it online any more (rule B31).
        TooManyPeople: more than one booking may bring.
        CannotJoin: there are not so many places, or it is too late.
        NoSeats: somebody was faster.
    """
    locked = lock_booking(booking_id=booking.pk, business_id=booking.business_id, revision=None)
    target = locked.course_run or locked.session
    if locked.seating_id is None or target is None:
        raise NotComing
    if seen_people is not None and locked.party_size > seen_people:
        return locked
    if not takes_more(locked) or locked.mix.exists():
        raise NotComing
    if not is_offered(service=locked.service):
        raise NotBookable
    if not has_room_for(locked, more=more):
        raise TooManyPeople
    people = locked.party_size + more
    choice = _choice(locked, people=more)
    joinable = joinable_of(target, besides=None, now=now)
    joining = may_join(joinable, rules=join_rules_of(choice.policy), seats=more, now=now)
    if not joining.is_open:
        raise CannotJoin(joining)
    availability.change_seats(seating_id=locked.seating_id, seats=people, now=now)
    price = price_to_join(choice.price, joinable, prorates=choice.service.prorates, now=now)
    record_transition(
        locked,
        action=BookingEvent.Action.RESIZED,
        actor=Actor.of(None),
        now=now,
        columns={"party_size": people, "price": _together(locked.price, price.total)},
    )
    return locked


def _together(booked: int | None, added: int | None) -> int | None:
    """Minor units; a price that is agreed later stays so."""
    return None if booked is None or added is None else booked + added


def _choice(booking: Booking, *, people: int) -> Choice:
    try:
        return choose(service=booking.service, variant_id=booking.variant_id, party_size=people)
    except UnknownChoice as wrong:
        raise TooManyPeople from wrong
