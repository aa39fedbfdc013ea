"""Which times would be better for somebody who has one (rule B37): whether they may ask for them,
what they ask for, and what is free of it."""

from datetime import UTC, datetime

from apps.availability.engine.slots import find_slots
from apps.availability.queries.search import SlotQuery, as_if_free
from apps.bookings.models import LIVE_WISHES, Booking, MoveWish
from apps.bookings.plan_uses import plan_limits_of
from apps.bookings.queries.minimum import starts_with_enough
from apps.bookings.queries.moving import choice_to_move, is_there, verdict_on_move
from apps.bookings.queries.offered import load_offer, query_again
from apps.bookings.wishes import Wish, is_better
from apps.catalog.models import Service
from apps.catalog.queries import UnknownChoice, is_bookable, zone_of


def may_wish(*, booking: Booking, now: datetime, is_known: bool = False) -> bool:
    """Whether its customer may ask for a better time than they have: a confirmed appointment that
    they may move themselves, with an address to write to; is_known: they are signed in. No query.
    """
    if booking.status != Booking.Status.CONFIRMED or booking.kind != Service.Kind.APPOINTMENT:
        return False
    if not booking.contact_email or booking.double_booked:
        return False
    verdict = verdict_on_move(booking=booking, is_team=False, now=now, is_known=is_known)
    return verdict.allowed and is_bookable(service=booking.service)


def find_move_wish(*, booking: Booking) -> MoveWish | None:
    """The live wish of a booking for a better time, or nothing."""
    wishes = MoveWish.objects.select_related("resource__staff_member")
    return wishes.filter(booking=booking, state__in=LIVE_WISHES).first()


def find_better_starts(
    *,
    booking: Booking,
    wish: Wish,
    resource_id: int | None,
    ignores_bookings: bool = False,
    now: datetime,
) -> list[datetime]:
    """List the free starts (UTC, in order) that suit a wish and that a move would accept, its own
    time not counted, with this person or (None) with whoever is free.

    Where the own time suits as well, only what is before it is better. ignores_bookings leaves out
    everything that is booked: empty then means that these hours are closed. No lock is taken.
    """
    try:
        query = query_to_move(booking=booking, resource_id=resource_id)
    except UnknownChoice:
        return []
    zone = zone_of(service=booking.service, location=booking.location)
    first = max(wish.first_on, now.astimezone(zone).date())
    if first > wish.last_on:
        return []
    search = load_offer(query=query, first=first, last=wish.last_on, now=now)
    if ignores_bookings:
        search = as_if_free(search)
    length = booking.ends_at - booking.starts_at
    is_wanted = resource_id in {None, booking.resource_id}
    own = (booking.starts_at, booking.ends_at) if is_wanted else None
    slots = find_slots(search, first=first, last=wish.last_on)
    starts = [datetime.fromtimestamp(it.start, UTC) for it in slots]
    better = [
        at
        for at in starts
        if is_better(wish, starts_at=at, ends_at=at + length, own=own, zone=zone)
        and not is_there(booking, starts_at=at, resource_id=resource_id)
    ]
    limits = plan_limits_of(booking)
    fit = starts_with_enough(booking, better, now=now)
    return [at for at in fit if limits.allow([(at, at + length)])]


def query_to_move(*, booking: Booking, resource_id: int | None) -> SlotQuery:
    """The question which times a booking could go to, with this person or with whoever is free.

    Raises:
        UnknownChoice: this person does not do it.
    """
    choice = choice_to_move(booking=booking, resource_id=resource_id)
    return query_again(booking=booking, choice=choice)
