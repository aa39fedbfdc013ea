from datetime import datetime

from django.db import transaction

from apps.availability import operations as availability
from apps.availability.models import CourseRun, Session
from apps.bookings.joining import price_to_join
from apps.bookings.minimum import decides_at
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations.details import ContactDetails
from apps.bookings.operations.drafts import Visitor, copy_choice, draft_at, made_before
from apps.bookings.operations.submit import asked
from apps.bookings.operations.transitions import Actor, record_transition
from apps.bookings.queries.joinables import joinable_of, lead_of
from apps.bookings.queries.minimum import lacking
from apps.businesses.models import TeamMember
from apps.catalog.queries import Choice
from apps.customers.operations import find_or_add_customer


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
