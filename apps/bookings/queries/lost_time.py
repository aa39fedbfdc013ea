"""Whether the time of a draft can still be had, asked without a lock."""

from datetime import datetime

from apps.bookings.joining import may_join
from apps.bookings.models import Booking
from apps.bookings.queries.choice import choice_of
from apps.bookings.queries.claims import NoTime, find_claim, query_again
from apps.bookings.queries.joinables import join_rules_of, joinable_of
from apps.catalog.queries import Choice, UnknownChoice


def is_time_gone(*, booking: Booking, now: datetime) -> bool:
    """Whether a draft's hold is over and its time, or its places, went to somebody else."""
    if booking.is_held(now):
        return False
    try:
        choice = choice_of(booking=booking)
        if booking.seating_id is not None:
            return not _has_places(booking, choice, now=now)
        query = query_again(booking=booking, choice=choice)
        find_claim(query=query, starts_at=booking.starts_at, now=now)
    except (NoTime, UnknownChoice):
        return True
    return False


def _has_places(booking: Booking, choice: Choice, *, now: datetime) -> bool:
    target = booking.course_run or booking.session
    if target is None:
        return False
    joinable = joinable_of(target, besides=booking, now=now)
    rules = join_rules_of(choice.policy)
    return may_join(joinable, rules=rules, seats=booking.party_size, now=now).is_open
