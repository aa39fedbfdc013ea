"""People join a class or a course: by a tap, which holds places as a time is held, in the draft
(rule B6), or put in by the team."""

from datetime import datetime

from django.db import transaction

from apps.availability import operations as availability
from apps.availability.engine.inputs import hold_ends_at
from apps.availability.models import CourseRun, Session
from apps.availability.operations import NoSeats
from apps.bookings.deadlines import decides_at
from apps.bookings.joining import may_join, price_to_join
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations.drafts import (
    Visitor,
    When,
    copy_choice,
    draft_at,
    last_draft,
    let_go,
    made_before,
    new_draft,
    require_consent,
)
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
from apps.catalog.pricing import Price
from apps.catalog.queries import Choice, UnknownChoice, choose, is_offered
from apps.customers.operations import find_or_add_customer
from apps.kernel.refusals import Refusal

SHORTEST_HOLD = 10


def hold_seats(
    *,
    choice: Choice,
    target: Session | CourseRun,
    visitor: Visitor,
    now: datetime,
    replaces: str | None = None,
) -> Booking:
    """Create a draft and hold as many places of a class session or a course run as people come.

    As with a time, a visitor's earlier hold at the business is let go and its text moves along;
    replaces says that this is meant (``place_hold``).
    Where the business holds nothing (hold_minutes 0), places are held for 10 minutes all the
    same: the seats of a draft have to be counted somewhere.

    Raises:
        NotBookable: the business paused its pages, or the service is not booked online.
        HoldsAnother: another hold of theirs would end unasked.
        CannotJoin: it is full, too late, too early or cancelled; joining says which.
        BusyTryAgain: too many people want it at this moment.
    """
    if not is_offered(service=choice.service):
        raise NotBookable
    previous = last_draft(choice, visitor=visitor)
    require_consent(previous, choice=choice, starts_at=target.starts_at, replaces=replaces, now=now)
    own = previous if previous is not None and previous.is_held(now) else None
    joinable = joinable_of(target, besides=own, now=now)
    joining = may_join(
        joinable, rules=join_rules_of(choice.policy), seats=choice.party_size, now=now
    )
    if not joining.is_open:
        raise CannotJoin(joining)
    price = price_to_join(choice.price, joinable, prorates=choice.service.prorates, now=now)
    try:
        return _hold_once(
            target, choice=choice, price=price, visitor=visitor, previous=previous, now=now
        )
    except NoSeats as lost:
        now_left = joinable_of(target, besides=None, now=now, seats_left=lost.seats_left)
        rules = join_rules_of(choice.policy)
        raise CannotJoin(
            may_join(now_left, rules=rules, seats=choice.party_size, now=now)
        ) from lost


@transaction.atomic
def _hold_once(
    target: Session | CourseRun,
    *,
    choice: Choice,
    price: Price,
    visitor: Visitor,
    previous: Booking | None,
    now: datetime,
) -> Booking:
    if previous is not None and previous.is_held(now):
        availability.lock_for_move(seating_id=previous.seating_id, target=target)
        let_go(previous, now=now)
    minutes = choice.service.business.hold_minutes or SHORTEST_HOLD
    held_until = hold_ends_at(now, minutes=minutes)
    seating = availability.seat(target=target, seats=choice.party_size, expires_at=held_until)
    when = When(target.starts_at, target.ends_at, target.location)
    draft = new_draft(when, choice=choice, visitor=visitor, now=now)
    draft.session = target if isinstance(target, Session) else None
    draft.course_run = target if isinstance(target, CourseRun) else None
    draft.seating = seating
    draft.price = price.total
    draft.resource_id = lead_of(target)
    draft.hold_expires_at = seating.expires_at
    draft.draft_text = previous.draft_text if previous else {}
    draft.save(force_insert=True)
    copy_choice(draft, choice)
    availability.take_seats(seating=seating, now=now)
    return draft


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
