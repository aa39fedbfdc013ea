from datetime import datetime

from django.db import transaction

from apps.availability import operations as availability
from apps.bookings.joining import may_join, price_to_join
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations.errors import CannotJoin, NotBookable, TooManyPeople
from apps.bookings.operations.transitions import Actor, lock_booking, record_transition
from apps.bookings.queries.bringing import has_room_for, takes_more
from apps.bookings.queries.joinables import join_rules_of, joinable_of
from apps.catalog.queries import Choice, UnknownChoice, choose, is_offered
from apps.kernel.refusals import Refusal


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
