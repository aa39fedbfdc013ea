"""A tap on a class or a course: places are held as a time is, in the draft (rule B6)."""

from datetime import datetime

from django.db import transaction

from apps.availability import operations as availability
from apps.availability.engine.inputs import hold_ends_at
from apps.availability.models import CourseRun, Session
from apps.availability.operations import NoSeats
from apps.bookings.joining import may_join, price_to_join
from apps.bookings.models import Booking
from apps.bookings.operations.drafts import (
    Visitor,
    When,
    copy_choice,
    last_draft,
    let_go,
    new_draft,
    require_consent,
)
from apps.bookings.operations.errors import CannotJoin, NotBookable
from apps.bookings.queries.joinables import join_rules_of, joinable_of, lead_of
from apps.catalog.pricing import Price
from apps.catalog.queries import Choice, is_offered

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
