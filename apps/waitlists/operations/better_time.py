"""A better time for somebody who has one: asked for, offered, taken in one step, let pass
(rule B37).

The engine is the one of the lines (``offer``). What differs: nothing is kept for them, because they
keep their own time until they have the other; the swap is a move like any other. Lock order:
booking, then the resources of a time; a wish is written under the lock of its booking.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction

from apps.availability.operations import BusyTryAgain, Claim
from apps.bookings.models import LIVE_WISHES, Booking, BookingEvent, MoveWish
from apps.bookings.operations.errors import NotAllowed, NotBookable, SlotGone
from apps.bookings.operations.reschedule import move_booking
from apps.bookings.operations.transitions import (
    Actor,
    end_move_wish,
    lock_booking,
    record_transition,
)
from apps.bookings.queries.better_times import find_better_starts, find_move_wish, may_wish
from apps.bookings.queries.joinables import wish_of
from apps.bookings.queries.moving import verdict_on_move
from apps.bookings.wishes import Wish, wanted_span
from apps.catalog.queries import zone_of
from apps.outbox.sweeping import each, sweep
from apps.waitlists.operations.join import TimesAreFree, WishIsClosed, WishIsOver
from apps.waitlists.operations.offer import OfferGone, make_offer, pass_by, write_state
from apps.waitlists.operations.wanted import Columns, NotInLine
from apps.waitlists.queries import (
    find_better_claim,
    has_offer,
    last_chance_to_move,
    offer_rules,
)

State = MoveWish.State


@dataclass(slots=True)
class BetterTime:
    """Another time for a locked booking that has one: the one found for it, or the one offered."""

    entry: MoveWish
    actor: Actor
    found: Claim | None = None

    def offer(self, *, until: datetime, told_at: datetime, now: datetime) -> bool:  # noqa: ARG002
        """It is told, and kept for nobody: whoever taps first has it."""
        claim = self.found
        if claim is None:
            return False
        MoveWish.objects.filter(pk=self.entry.pk).update(
            offered_starts_at=claim.starts_at,
            offered_ends_at=claim.ends_at,
            offered_resource_id=claim.primary_id,
        )
        record_transition(
            self.entry.booking,
            action=BookingEvent.Action.OFFERED,
            actor=self.actor,
            now=now,
            columns={},
            delay=told_at - now,
            said={"better_at": claim.starts_at.isoformat()},
        )
        return True

    def release(self, *, now: datetime) -> Columns:
        """The booking stays as it is, and its customer is not asked about this time any more."""
        entry = self.entry
        start, end = entry.offered_starts_at, entry.offered_ends_at
        record_transition(
            entry.booking,
            action=BookingEvent.Action.PASSED,
            actor=self.actor,
            now=now,
            columns={},
        )
        passed = [[start.isoformat(), end.isoformat()]] if start and end else []
        return {"let_pass": [*entry.let_pass, *passed]}

    def hand_over(self, *, now: datetime, is_known: bool = False) -> Columns:
        """Move the booking there, for its customer. Raises as ``move_booking``."""
        entry, booking = self.entry, self.entry.booking
        if entry.offered_starts_at is None:
            raise OfferGone
        entry.booking = move_booking(
            booking_id=booking.pk,
            business_id=booking.business_id,
            revision=booking.revision,
            starts_at=entry.offered_starts_at,
            resource_id=entry.resource_id,
            by=None,
            now=now,
            is_known=is_known,
        )
        return {}


def wish_for_better_time(
    *,
    booking: Booking,
    revision: int,
    wish: Wish,
    resource_id: int | None,
    now: datetime,
    is_known: bool = False,
) -> MoveWish:
    """Remember for the customer which days and hours would be better than the time they have, with
    this person or (None) with whoever is free; in place of what they asked for before.

    The booking stays as it is. The same wish sent twice is one. is_known: its customer is signed in
    (rule B41).

    Raises:
        StaleRevision: somebody changed the booking since the page was made.
        NotAllowed: the customer cannot move it themselves.
        NotBookable: the service, or the business, takes no bookings, or nobody could be written to.
        WishIsOver, WishIsClosed, TimesAreFree: as their names say.
    """
    known = find_move_wish(booking=booking)
    if known is not None and (wish_of(known), known.resource_id) == (wish, resource_id):
        return known
    _require_may_wish(booking, now=now, is_known=is_known)
    _require_no_better_time(booking, wish, resource_id, now=now)
    return _remember(
        booking, revision=revision, wish=wish, resource_id=resource_id, now=now, is_known=is_known
    )


def _require_may_wish(booking: Booking, *, now: datetime, is_known: bool) -> None:
    verdict = verdict_on_move(booking=booking, is_team=False, now=now, is_known=is_known)
    if verdict.reason is not None:
        raise NotAllowed(verdict.reason)
    if not may_wish(booking=booking, now=now, is_known=is_known):
        raise NotBookable


def _require_no_better_time(
    booking: Booking, wish: Wish, resource_id: int | None, *, now: datetime
) -> None:
    zone = zone_of(service=booking.service, location=booking.location)
    if wanted_span(wish, zone=zone)[1] <= now:
        raise WishIsOver
    find = partial(find_better_starts, booking=booking, wish=wish, resource_id=resource_id, now=now)
    if free := find():
        raise TimesAreFree(free)
    if not find(ignores_bookings=True):
        raise WishIsClosed


@transaction.atomic
def _remember(
    booking: Booking,
    *,
    revision: int,
    wish: Wish,
    resource_id: int | None,
    now: datetime,
    is_known: bool,
) -> MoveWish:
    locked = lock_booking(booking_id=booking.pk, business_id=booking.business_id, revision=revision)
    _require_may_wish(locked, now=now, is_known=is_known)
    written, _is_new = MoveWish.objects.update_or_create(
        booking=locked,
        defaults={
            "business_id": locked.business_id,
            "resource_id": resource_id,
            "wanted_first_on": wish.first_on,
            "wanted_last_on": wish.last_on,
            "wanted_from_minute": wish.from_minute,
            "wanted_to_minute": wish.to_minute,
            "notice_minutes": wish.notice_minutes,
            "let_pass": [],
            "state": State.WAITING,
            "offer_ends_at": None,
            "asked_at": now,
        },
    )
    record_transition(
        locked,
        action=BookingEvent.Action.WISHED,
        actor=Actor.of(None),
        now=now,
        columns={},
    )
    return written


@transaction.atomic
def end_wish(*, booking_id: int, business_id: int, now: datetime) -> None:
    """Have the customer asked about better times no more; the booking stays as it is. Sent twice it
    is done once.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
    """
    booking = lock_booking(booking_id=booking_id, business_id=business_id, revision=None)
    if end_move_wish(booking):
        record_transition(
            booking,
            action=BookingEvent.Action.UNWISHED,
            actor=Actor.of(None),
            now=now,
            columns={},
        )


def swap(*, booking: Booking, offer: int, now: datetime, is_known: bool = False) -> Booking:
    """Move a booking to the better time that was offered, by its customer's tap, and end the wish:
    the new time is taken and the old one free in one transaction, or nothing happens.

    offer is the number of the offer that the page showed; is_known: they are signed in. The same
    tap twice is one swap.

    Raises:
        OfferGone: it is over or another one, or somebody else has the time: the wish goes on.
        NotInLine: there is no wish (any more).
        NotAllowed, NotBookable, TooFewSoFar, PlanDoesNotPay, BusyTryAgain: as ``move_booking``.
    """
    try:
        return _swap(booking, offer=offer, now=now, is_known=is_known)
    except SlotGone as gone:
        _let_pass(booking, offer=offer, actor=Actor.system(), now=now)
        raise OfferGone from gone


@transaction.atomic
def _swap(booking: Booking, *, offer: int, now: datetime, is_known: bool) -> Booking:
    wanted = _lock(booking, actor=Actor.of(None))
    entry = wanted.entry
    if entry.state == State.SWAPPED and entry.offers == offer:
        return entry.booking
    if entry.state not in LIVE_WISHES:
        raise NotInLine
    if entry.offers != offer or not has_offer(entry, now=now):
        raise OfferGone
    columns = wanted.hand_over(now=now, is_known=is_known)
    write_state(entry, State.SWAPPED, **columns)
    return entry.booking


def keep_own_time(*, booking: Booking, offer: int, now: datetime) -> None:
    """Let an offer pass for the customer: the booking and the wish stay. Harmless when it is over.

    Raises:
        NotInLine: there never was a wish.
    """
    _let_pass(booking, offer=offer, actor=Actor.of(None), now=now)


@transaction.atomic
def _let_pass(booking: Booking, *, offer: int, actor: Actor, now: datetime) -> bool:
    wanted = _lock(booking, actor=actor)
    return wanted.entry.offers == offer and pass_by(wanted, now=now)


def offer_better_times(*, now: datetime) -> int:
    """Tell those who would take a better time of one that is free, the first first; return how many
    offers were made. The lines are asked before them, and what is kept for those is not free."""
    wishes = MoveWish.objects.filter(state=State.WAITING).select_related(
        "booking__service__business", "booking__business", "booking__location"
    )
    waiting = wishes.order_by("business_id", "asked_at", "pk")
    return each(waiting, partial(_offer_alone, now=now))


def _offer_alone(wish: MoveWish, *, now: datetime) -> bool:
    """A look without any lock first, so that a wish without luck costs no writer anything."""
    claim = find_better_claim(wish=wish, now=now)
    if claim is None:
        return False
    try:
        return _offer_claim(wish, claim, now=now)
    except BusyTryAgain:
        return False


@transaction.atomic
def _offer_claim(seen: MoveWish, claim: Claim, *, now: datetime) -> bool:
    wanted = _lock(seen.booking, actor=Actor.system())
    wanted.found = claim
    entry, booking = wanted.entry, wanted.entry.booking
    is_same = (entry.asked_at, entry.let_pass) == (seen.asked_at, seen.let_pass)
    is_as_seen = is_same and booking.starts_at == seen.booking.starts_at
    may = may_wish(booking=booking, now=now, is_known=True)
    if entry.state != State.WAITING or not is_as_seen or not may:
        return False
    rules = offer_rules(service_id=booking.service_id, location=booking.location)
    until = min(claim.starts_at, last_chance_to_move(booking, now=now))
    return make_offer(wanted, rules, until=until, now=now)


def expire_better_times(*, now: datetime) -> int:
    """End the offers that ran out: the bookings stay, the wishes go on. Return how many ended."""
    over = MoveWish.objects.filter(state=State.OFFERED, offer_ends_at__lte=now)
    return sweep(over, partial(_expire, now=now))


@transaction.atomic
def _expire(wish_id: int, *, now: datetime) -> bool:
    wish = MoveWish.objects.select_related("booking").get(pk=wish_id)
    wanted = _lock(wish.booking, actor=Actor.system())
    ends_at = wanted.entry.offer_ends_at
    return ends_at is not None and ends_at <= now and pass_by(wanted, now=now)


def close_wishes(*, now: datetime) -> int:
    """End the wishes that nothing can come of any more: the booking begins, or can no longer be
    moved, or the last of the wanted days is over. Return how many ended."""
    wishes = MoveWish.objects.filter(state__in=LIVE_WISHES).select_related(
        "booking__service__business", "booking__location"
    )
    over = [it.pk for it in wishes.iterator() if _is_over(it, now=now)]
    return each(over, partial(_close, now=now))


def _is_over(wish: MoveWish, *, now: datetime) -> bool:
    booking, wanted = wish.booking, wish_of(wish)
    zone = zone_of(service=booking.service, location=booking.location)
    has_passed = wanted is None or wanted_span(wanted, zone=zone)[1] <= now
    verdict = verdict_on_move(booking=booking, is_team=False, now=now, is_known=True)
    return has_passed or not verdict.allowed


@transaction.atomic
def _close(wish_id: int, *, now: datetime) -> bool:
    wish = MoveWish.objects.select_related("booking").get(pk=wish_id)
    entry = _lock(wish.booking, actor=Actor.system()).entry
    return _is_over(entry, now=now) and end_move_wish(entry.booking)


def _lock(booking: Booking, *, actor: Actor) -> BetterTime:
    """Lock a booking and read its wish, which has the locked booking then.

    Raises:
        NotInLine: there never was one.
    """
    locked = lock_booking(booking_id=booking.pk, business_id=booking.business_id, revision=None)
    entry = MoveWish.objects.filter(booking=locked).first()
    if entry is None:
        raise NotInLine
    entry.booking = locked
    return BetterTime(entry, actor)
