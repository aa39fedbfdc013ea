"""What somebody in a line reads: their place, what is offered to them, and how it may be paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.bookings.models import Booking
from apps.bookings.queries.minimum import lacking
from apps.checkout.queries.passes import has_plans_for, passes_for
from apps.checkout.queries.pay_page import WayCard, cards_in_line
from apps.waitlists.queries import find_entry, has_offer, place_in_line


@dataclass(frozen=True, slots=True)
class PlaceInLine:
    """place is 1 for the first; offer_ends_at is None while nothing is offered. is_enough: it takes
    place with them, so that they can take what is offered."""

    place: int
    offer_ends_at: datetime | None
    is_enough: bool = True


def place_of(*, booking: Booking, now: datetime) -> PlaceInLine | None:
    """Return where a booking stands in its waitlist, None when it does not wait."""
    if booking.status != Booking.Status.WAITING_LIST:
        return None
    entry = find_entry(booking=booking)
    if entry is None:
        return None
    place = place_in_line(entry)
    if not has_offer(entry, now=now):
        return PlaceInLine(place, None)
    target = entry.course_run or entry.session
    missing = lacking(target, booking.service, now=now) if target is not None else 0
    return PlaceInLine(place, entry.offer_ends_at, is_enough=missing <= entry.people)


@dataclass(frozen=True, slots=True)
class TillInLine:
    """How what is offered may be paid, () where there is no choice. may_be_elsewhere: somebody has
    a plan for it, and this browser none."""

    cards: tuple[WayCard, ...]
    may_be_elsewhere: bool


def till_in_line(
    *, booking: Booking, waiting: PlaceInLine | None, plans: Sequence[int], now: datetime
) -> TillInLine | None:
    """Return how somebody may pay for what is offered to them, with the plans of their browser;
    None, and no query, where nothing can be taken or it costs nothing."""
    can_take = waiting is not None and waiting.offer_ends_at is not None and waiting.is_enough
    if not can_take or not booking.price:
        return None
    passes = passes_for(booking=booking, purchase_ids=plans, now=now)
    cards = cards_in_line(booking=booking, passes=passes)
    return TillInLine(tuple(cards), may_be_elsewhere=not cards and has_plans_for(booking=booking))
